"""The page of an opening: what it tells at each moment, and what it never tells before."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import operations
from marketplace.tenders.models import VoidReason
from marketplace.tenders.watching import pace
from regulation.parties.models import Role
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db
PAGES = ("opening", "opening_live")


def read(client, tender, view: str = "opening_live") -> str:
    answer = client.get(reverse(f"tenders:{view}", args=[tender.ref]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("view", PAGES)
def test_before_the_opening_it_says_the_same_whether_anybody_bids_or_nobody(view, client, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("marketplace.tenders.views.openings.database_now", lambda: now)
    monkeypatch.setattr("marketplace.tenders.watching.FRESH", 0.0)
    tender = world.tender()
    empty = read(client, tender, view)
    made = tenders.bid(tender, "900.00")
    full = read(client, tender, view)
    assert "The bids are sealed" in full
    assert full == empty
    assert made.tenderer.name not in full


def test_from_the_deadline_to_the_list_with_the_reasons_of_what_is_void(client, monkeypatch):
    monkeypatch.setattr("marketplace.tenders.watching.FRESH", 0.0)
    tender = world.tender()
    bids = [tenders.bid(tender, price) for price in ("950.00", "900.00", "99999.00")]
    world.close(tender, shares=False)
    waiting = read(client, tender)
    assert "the envelopes are being opened" in waiting
    assert "every 2s" in waiting
    assert not [bid for bid in bids if bid.tenderer.name in waiting]
    world.hand_over_shares(tender)
    assert read(client, tender).replace(" ", "") != ""
    operations.open_tender(tender=tender, at=timezone.now())
    text = read(client, tender)
    assert "3 bids were opened" in text
    assert f"1 is void: {VoidReason.OVER_CEILING.label}" in text
    assert text.index(bids[1].tenderer.name) < text.index(bids[0].tenderer.name)  # by price
    assert "hx-get" not in text  # nothing changes any more


def test_an_opening_without_a_bid_says_that_the_tender_failed(client):
    tender = world.tender()
    operations.open_tender(tender=world.close(tender), at=timezone.now())
    text = read(client, tender)
    assert "0 bids were opened" in text
    assert "No bid was submitted." in text


def test_a_suspended_tender_says_so_and_goes_on_asking(client):
    tender = world.tender()
    operations.suspend_tender(tender=tender, reason="核查中", by=world.user(), at=timezone.now())
    text = read(client, tender)
    assert "核查中" in text
    assert "hx-get" in text


def test_the_part_that_changes_is_read_once_for_all_who_watch(client, django_assert_num_queries):
    tender = world.tender()
    read(client, tender)
    with django_assert_num_queries(0):
        read(client, tender)


def test_an_opening_takes_the_same_queries_whatever_was_bid(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("marketplace.tenders.watching.FRESH", 0.0)
    for count in (1, 5):
        tender, _bids = tenders.opened(*(f"{900 + n}.00" for n in range(count)))
        with django_assert_num_queries(3):
            read(client, tender)


def test_a_bidder_finds_its_digest_beside_the_opening_and_a_draft_has_none(client, sign_in):
    tender = world.tender()
    agent = tenders.agent(tender)
    bid = tenders.bid(tender, "900.00", by=agent.entity)
    assert bid.envelope_digest in read(sign_in(agent), tender, "opening")
    other = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    assert bid.envelope_digest not in read(sign_in(other), tender, "opening")
    draft = world.tender(published_at=None)
    for view in PAGES:
        assert client.get(reverse(f"tenders:{view}", args=[draft.ref])).status_code == 404


@pytest.mark.parametrize(("seconds", "every"), [(-5, 2), (4, 2), (60, 15), (86400, 60)])
def test_watchers_ask_more_often_the_nearer_the_moment_is(seconds, every):
    now = timezone.now()
    assert pace(now + dt.timedelta(seconds=seconds), now) == every
