"""Saved searches: whoever keeps one is told once of each new tender that fits, and can end it."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import errors, operations
from marketplace.tenders.models import SavedSearch, Tender
from marketplace.tenders.operations.searching import search_token
from marketplace.tenders.queries import searches_for
from marketplace.tenders.telling import ANNOUNCEMENTS, tell_followers
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from regulation.parties.operations import stop_mail
from regulation.registry.operations import start_following
from tests.factories import world

pytestmark = pytest.mark.django_db


def saved(user=None, q="", service=None, region=None) -> SavedSearch:
    return operations.save_search(
        user=user or world.user(), q=q, service=service, region=region, language="en", at=timezone.now()
    )


def test_a_search_fits_by_words_service_and_region_together():
    tender = world.tender(title="Harbour warehouse safety")
    other = world.service()
    fits = [
        saved(q="HARBOUR safety"),
        saved(service=tender.service),
        saved(region=tender.region),
        saved(region=tender.region.parent),
        saved(q=tender.owner.name, service=tender.service, region=tender.region),
    ]
    saved(q="harbour bridge")
    saved(service=other)
    saved(q="harbour", service=other)
    saved(region=world.region("110101", "东城区"))
    operations.end_search(search=saved(q="harbour"), at=timezone.now())
    gone = saved(q="warehouse")
    gone.user.is_active = False
    gone.user.save()
    assert searches_for(tender) == fits


def test_who_follows_and_searches_is_told_once_with_the_way_out(mailoutbox):
    tender = world.tender(title="Harbour")
    user = world.user()
    saved(user, q="harbour")
    saved(user, service=tender.service)
    other = saved(region=tender.region).user
    follows = {"topic": "service", "key": tender.service.code, "rhythm": "daily", "language": "en"}
    start_following(user=other, at=timezone.now(), **follows)
    assert tell_followers(tender) == 2
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([user.email, other.email])
    [mine] = [mail for mail in mailoutbox if mail.to == [user.email]]
    assert search_token(user) in mine.extra_headers["List-Unsubscribe"]


def test_whoever_wants_no_announcements_is_not_told_and_not_counted(mailoutbox):
    tender = world.tender(title="Harbour")
    quiet, user = saved(q="harbour").user, saved(q="harbour").user
    stop_mail(user=quiet, kind=ANNOUNCEMENTS, at=timezone.now())
    assert tell_followers(tender) == 1
    assert [mail.to for mail in mailoutbox] == [[user.email]]


def test_the_same_search_is_kept_once_and_there_is_a_most(monkeypatch):
    user, service = world.user(), world.service()
    first = saved(user, q=" harbour   safety ", service=service)
    assert saved(user, q="harbour safety", service=service) == first
    assert Entry.objects.filter(kind="tenders.search_saved").count() == 1
    with pytest.raises(IntegrityError, match="saved_search_once"), transaction.atomic():
        SavedSearch.objects.create(user=user, q="harbour safety", service=service, language="en")
    with pytest.raises(IntegrityError, match="saved_search_names_something"), transaction.atomic():
        SavedSearch.objects.create(user=user, language="en")
    with pytest.raises(errors.NothingNamed):
        saved(user, q="  ")
    monkeypatch.setattr("marketplace.tenders.operations.searching.MOST", 1)
    with pytest.raises(errors.TooManySearches):
        saved(user, q="bridge")
    operations.end_search(search=first, at=timezone.now())
    assert saved(user, q="harbour safety", service=service) != first


def test_a_search_is_kept_from_the_list_and_ended_on_its_page(sign_in, client):
    tender: Tender = world.tender()
    member = world.member(Role.AGENT)
    assert reverse("tenders:search_save") not in client.get("/en/tenders/").content.decode()
    browser = sign_in(member)
    assert "Tell me of new ones" not in browser.get("/en/tenders/").content.decode()
    page = browser.get("/en/tenders/", {"service": tender.service.code, "state": "open"}).content.decode()
    assert "Tell me of new ones" in page
    said = {"service": tender.service.code, "region": "", "q": ""}
    shown = browser.post(reverse("tenders:search_save"), said, follow=True).content.decode()
    assert f"?service={tender.service.code}" in shown
    wrong = browser.post(reverse("tenders:search_save"), {"service": "no-such"}, follow=True)
    assert "No service or region of this code" in wrong.content.decode()
    mine = SavedSearch.objects.get()
    end = reverse("tenders:search_end", args=[mine.pk])
    assert sign_in(world.member(Role.AGENT)).post(end).status_code == 404
    sign_in(member).post(end)
    mine.refresh_from_db()
    assert mine.ended_at is not None


def test_the_way_out_of_a_mail_ends_all_of_one_user_and_asks_first(client):
    user = world.user()
    mine, other = saved(user, q="a"), saved(q="a")
    way = reverse("tenders:search_stop", args=[search_token(user)])
    client.get(way)
    mine.refresh_from_db()
    assert mine.ended_at is None
    client.post(way)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.ended_at is None, other.ended_at is None) == (False, True)
    assert client.get(reverse("tenders:search_stop", args=["forged"])).status_code == 404
