"""Whole pages are kept for visitors, and never a moment after the record or the site has changed."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import SiteSettings, StandardPage
from regulation.ledger.generation import EDITED, generation, turn
from regulation.ledger.operations import record
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings):
    settings.PAGE_CACHE_SECONDS = 60


def cost(client, address):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured)


def test_a_visitor_is_served_what_is_kept(client, site):
    first = cost(client, "/approvals/")
    assert first > 0
    assert cost(client, "/approvals/") == 0


def test_the_languages_are_kept_apart(client, site):
    client.get("/approvals/")
    assert 'lang="en-GB"' in client.get("/en/approvals/").text
    assert 'lang="zh-Hans"' in client.get("/approvals/").text


def test_whoever_is_signed_in_is_neither_served_nor_kept(client, site, sign_in):
    client.get("/approvals/")
    member = world.member(Role.OWNER)
    signed = sign_in(member)
    assert member.user.email in signed.get("/approvals/").text
    signed.logout()
    assert member.user.email not in signed.get("/approvals/").text


def test_a_committed_entry_makes_what_was_kept_unreachable(client, site, django_capture_on_commit_callbacks):
    client.get("/approvals/")
    before = generation()
    with django_capture_on_commit_callbacks(execute=True):
        record(kind="test.happened", subject=world.entity(), actor=None, body={})
    assert generation() != before
    assert cost(client, "/approvals/") > 0


def test_an_entry_turns_everything_and_its_own_room_alone(client, django_capture_on_commit_callbacks):
    kept = {rooms: generation(*rooms) for rooms in ((), ("test",), ("registry",), (EDITED,))}
    with django_capture_on_commit_callbacks(execute=True):
        record(kind="test.happened", subject=world.entity(), actor=None, body={})
    assert [generation(*rooms) == before for rooms, before in kept.items()] == [False, False, True, True]
    turn()
    assert [generation(*rooms) == before for rooms, before in kept.items()] == [False, False, False, False]


def test_an_entry_that_is_rolled_back_turns_nothing(client, django_capture_on_commit_callbacks):
    before = generation()
    with django_capture_on_commit_callbacks(execute=False):
        record(kind="test.happened", subject=world.entity(), actor=None, body={})
    assert generation() == before


def test_an_edited_page_is_seen_at_once(client, site):
    client.get("/privacy/")
    page = StandardPage.objects.get(slug="privacy", locale__language_code="zh-hans")
    page.title = "改过的"
    page.save_revision().publish()
    assert "改过的" in client.get("/privacy/").text


def test_what_an_answer_sets_in_the_visitors_browser_is_not_kept(client, site):
    for _ in range(2):
        client.cookies.clear()
        assert "csrftoken" in client.get("/accounts/login/").cookies


def test_a_page_that_must_not_be_late_is_not_kept(client, site):
    tender = world.tender()
    first, second = (cost(client, f"/tenders/{tender.ref}/") for _ in range(2))
    assert second > 0, first


@pytest.mark.parametrize("address", ["/nothing-here/", "/cms/", "/healthz"])
def test_only_good_answers_are_kept(client, site, address):
    cache.clear()
    client.get(address)
    assert not [key for key in cache._cache if "page." in key and "cache_page" in key]  # type: ignore[attr-defined]


def test_the_frame_costs_nothing_the_second_time(client, site, settings):
    settings.PAGE_CACHE_SECONDS = 0
    client.get("/services/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/services/")
    assert not [q for q in captured.captured_queries if "cms_" in q["sql"] or "wagtailcore" in q["sql"]]


def test_what_editors_say_on_every_page_is_said_in_both_languages(client, site):
    said = SiteSettings.objects.get()
    said.notice, said.notice_en, said.contact = "本周日维护", "Maintenance on Sunday", "0826-0000000"
    said.save()
    assert "本周日维护" in client.get("/services/").text
    english = client.get("/en/services/").text
    assert "Maintenance on Sunday" in english
    assert "Contact: 0826-0000000" in english


def test_a_host_that_is_not_ours_is_refused_and_not_kept(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/services/", headers={"host": "evil.example"}).status_code == 400
