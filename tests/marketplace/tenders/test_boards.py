"""Boards: what comes first, and what to do about it."""

import datetime as dt

import pytest
from django.utils import timezone

from marketplace.tenders import operations
from marketplace.tenders.boards import (
    bid_board,
    bidders_next,
    bidders_turn_first,
    owners_next,
    owners_turn_first,
    tenders_of,
)
from marketplace.tenders.life import State
from marketplace.tenders.models import Evaluator, Tender
from regulation.parties.models import Role
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db


def test_what_waits_for_the_owner_comes_before_what_runs_and_what_is_over():
    draft, running, over = (world.tender(published_at=None), world.tender(), world.tender())
    operations.cancel_tender(tender=over, reason="x", by=over.created_by, at=timezone.now())
    Tender.objects.filter(pk=draft.pk).update(owner=running.owner)
    found = Tender.objects.filter(pk__in=[draft.pk, running.pk, over.pk])
    assert list(owners_turn_first(found, now=timezone.now())) == [draft, running, over]
    assert {t.waiting for t in tenders_of(running.owner)} == {0}


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("best_value", "See that the evaluators hand in, then propose the award"),
        ("random_draw", "Draw in public, then propose the award"),
        ("price_auction", "Name when the auction begins"),
        ("lowest_price", "Award it, or cancel it with a reason"),
    ],
)
def test_an_opened_tender_says_the_next_step_of_its_own_way_of_choosing(method, words):
    tender, _bids = tenders.opened("1000.00", "900.00", method=method)
    found = owners_next(tender, State.EVALUATING, waiting=0, now=timezone.now())
    assert (found.words, found.url) == (words, f"/en/tenders/{tender.ref}/choosing/")


def next_of(tender: Tender) -> str:
    found = tenders_of(tender.owner).get()
    return owners_next(found, State.EVALUATING, waiting=0, now=timezone.now()).words


def test_the_board_says_how_far_a_choice_is():
    drawn, _bids = tenders.opened("900.00", method="random_draw")
    operations.hold_draw(draw=tenders.ready_to_draw(drawn), by=None, at=timezone.now())
    assert next_of(drawn) == "Drawn; propose the award"
    operations.propose_award(tender=drawn, by=world.user(), at=timezone.now())
    assert next_of(drawn) == "A second person approves the proposed award, or turns it down"
    scored, _bids = tenders.opened("900.00", method="best_value")
    seats = [Evaluator.objects.create(tender=scored, user=world.user(), named_by=world.user()) for _n in "ab"]
    assert next_of(scored) == "See that the evaluators hand in, then propose the award"
    Evaluator.objects.filter(pk__in=[one.pk for one in seats]).update(handed_in_at=timezone.now())
    assert next_of(scored) == "All evaluators handed in; propose the award"


def test_a_bidder_is_led_to_the_auction_before_and_while_it_runs(sign_in):
    tender, bids = tenders.opened(
        "1000.00", "900.00", method="price_auction", method_parameters={"step": "10"}
    )
    now = timezone.now()
    starts = now + dt.timedelta(hours=1)
    bid = bid_board(bids[0].tenderer).get()
    assert bidders_next(bid, State.EVALUATING, now=now).words == "Opened; wait for the award"
    auction = operations.start_auction(tender=tender, starts_at=starts, by=world.user(), at=now)
    bid = bid_board(bids[0].tenderer).get()
    before, begun = (bidders_next(bid, State.EVALUATING, now=at) for at in (now, starts))
    assert (before.words, before.due) == ("The auction begins", starts)
    assert (begun.words, begun.due) == ("The auction is on: give your price", None)
    assert before.url == begun.url == auction.get_absolute_url()
    shown = sign_in(world.member(Role.AGENT, bids[0].tenderer)).get("/en/bids/mine/").content.decode()
    assert f'href="{auction.get_absolute_url()}">The auction begins</a>' in shown


def test_live_bids_come_before_withdrawn_ones():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    first = tenders.bid(tender, "900.00", by=firm)
    operations.withdraw_bid(bid=first, by=first.submitted_by, at=timezone.now())
    second = tenders.bid(tender, "800.00", by=firm)
    third = tenders.bid(world.tender(service=tender.service), "700.00", by=firm)
    operations.withdraw_bid(bid=third, by=third.submitted_by, at=timezone.now())
    found = bidders_turn_first(bid_board(firm), now=timezone.now())
    assert [b.pk for b in found] == [second.pk, third.pk, first.pk]
