import datetime as dt
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from cms import health
from regulation.ledger.models import Heartbeat
from tests.factories import world

pytestmark = pytest.mark.django_db


def beat(ago=0):
    Heartbeat.objects.update_or_create(
        name="beat", defaults={"beaten_at": timezone.now() - dt.timedelta(seconds=ago)}
    )


def test_all_is_well_when_every_part_is_up(client):
    beat()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert json.loads(answer.text) == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "worker_and_beat": "ok",
    }


@pytest.mark.parametrize("ago", [None, 61])
def test_a_silent_worker_makes_the_site_unhealthy(client, ago):
    if ago:
        beat(ago)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert json.loads(answer.text)["worker_and_beat"] == "down"


def test_a_broker_that_cannot_be_reached_is_down_and_says_no_more(client, monkeypatch):
    def refuse():
        raise OSError("redis://:secret@10.0.0.1")

    beat()
    monkeypatch.setitem(health.PARTS, "broker", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_an_unreachable_broker_is_found_out_quickly(monkeypatch):
    from celery import Celery

    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery would let it beat the argument
    app = Celery("elsewhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    started = timezone.now()
    with pytest.raises(Exception, match=r"."):
        health.broker(app)
    assert timezone.now() - started < dt.timedelta(seconds=5)


def test_metrics_are_read_from_the_machine_itself(client):
    assert b"django_http_requests" in client.get("/metrics", REMOTE_ADDR="127.0.0.1").content


def test_metrics_are_hidden_from_everyone_else(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="8.8.8.8").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_a_token_opens_the_metrics(client, settings):
    settings.METRICS_TOKEN = "t0ken"
    given = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer t0ken", **given).status_code == 200
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer other", **given).status_code == 404


def test_robots_are_kept_out_of_the_back_offices(client):
    assert "Disallow: /cms/" in client.get("/robots.txt").text


def test_the_sitemap_lists_records_in_both_languages(client, site):
    approval = world.approval()
    assert "sitemap-approvals.xml" in client.get("/sitemap.xml").text
    listed = client.get("/sitemap-approvals.xml").text
    assert f"/approvals/{approval.ref}/" in listed
    assert f"/en/approvals/{approval.ref}/" in listed
    assert "/en/try-this/" in client.get("/sitemap-pages.xml").text


def test_an_address_of_this_site_is_drawn_as_a_code(client):
    answer = client.get(reverse("qr_code"), {"path": "/need/?approval=a&on=2026-01-01"})
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')  # else no browser draws it
    assert "max-age" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example/", "need", "/\0", "/a" * 2000]
)
def test_no_other_address_is_drawn(client, path):
    assert client.get(reverse("qr_code"), {"path": path}).status_code == 404


def test_the_sitemap_lists_the_lists_of_the_registry(client):
    listed = client.get("/sitemap-rooms.xml").text
    for place in ("standards", "delegations", "rulings/lapsed", "changes", "reported"):
        assert f"/{place}/</loc>" in listed
        assert f"/en/{place}/</loc>" in listed


def test_a_draft_tender_is_not_in_the_sitemap(client):
    draft = world.tender(published_at=None, closes_at=None)
    assert draft.ref not in client.get("/sitemap-tenders.xml").text


@pytest.mark.parametrize(("path", "status"), [("/nonesuch/", 404), ("/en/nonesuch/", 404)])
def test_a_missing_page_says_so_in_our_frame(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert 'class="site-head"' in answer.text


def test_a_form_without_its_token_is_refused_in_our_frame(person):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": person.email})
    assert answer.status_code == 403
    assert "errors/csrf.html" in [t.name for t in answer.templates]


def test_the_fault_page_needs_no_database(rf, django_db_blocker):
    from cms.errors import server_error

    with django_db_blocker.block():
        assert server_error(rf.get("/")).status_code == 500


def test_a_forbidden_page_is_answered_with_403_in_our_frame(client):
    client.force_login(world.user())
    answer = client.get(reverse("tenders:tender_new"))
    assert answer.status_code == 403
    assert "errors/403.html" in [t.name for t in answer.templates]
