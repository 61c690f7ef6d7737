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
    to_review,
)
from marketplace.tenders.life import State
from marketplace.tenders.models import Evaluator, Tender
from marketplace.tenders.standing import draws_waiting_for
from regulation.parties.models import Membership, Role
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


def submitted(**fields: object) -> Tender:
    closes_at = timezone.now() + dt.timedelta(days=9)
    draft = world.tender(published_at=None, closes_at=closes_at, **fields)
    return operations.submit_tender(tender=draft, by=draft.created_by, at=timezone.now())


def test_drafts_wait_for_whoever_may_review_them_and_for_nobody_who_wrote_them(sign_in, assert_flat):
    draft = submitted()
    colleague, reviewer = world.member(Role.OWNER, draft.owner), world.member(Role.REVIEWER)
    writer = Membership(user=draft.created_by, entity=draft.owner, role=Role.OWNER)
    stranger = world.member(Role.OWNER)
    now = timezone.now()
    assert [list(to_review(one, now=now)) for one in (colleague, reviewer, writer, stranger)] == [
        [draft],
        [draft],
        [],
        [],
    ]
    for one in (colleague, reviewer):
        for page in ("/en/desk/", "/en/tenders/to-review/"):
            told = sign_in(one).get(page).content.decode()
            assert draft.title in told
            assert "Review it, or return it" in told
    assert draft.title not in sign_in(stranger).get("/en/tenders/to-review/").content.decode()
    operations.pass_tender(tender=draft, by=colleague.user, at=now)
    assert [list(to_review(one, now=now)) for one in (colleague, reviewer)] == [[], [draft]]
    assert "Publish it, or return it" in sign_in(reviewer).get("/en/desk/").content.decode()
    assert_flat(sign_in(reviewer), "/en/tenders/to-review/", submitted, limit=12)


def test_a_bidder_is_told_that_its_price_has_to_be_explained(sign_in):
    tender, bids = tenders.opened("300.00", "900.00", "950.00", ceiling=1000)
    operations.ask_about_low_prices(tender=tender, at=timezone.now())
    agent = world.member(Role.AGENT, bids[0].tenderer)
    row = bid_board(bids[0].tenderer).get()
    found = bidders_next(row, State.EVALUATING, now=timezone.now())
    assert (found.words, found.due) == (
        "Your price is unusually low: say why it holds",
        bids[0].low_price.due_at,
    )
    assert "Prices to explain" in sign_in(agent).get("/en/desk/").content.decode()
    other = world.member(Role.AGENT, bids[1].tenderer)
    assert "Prices to explain" not in sign_in(other).get("/en/desk/").content.decode()


def test_a_draw_waits_on_the_desk_of_its_trustee_and_its_witness():
    tender, _bids = tenders.opened("900.00", method="random_draw")
    witness = world.user()
    draw = tenders.named_draw(tender, witnesses=(witness,))
    (one, secret), (other, _secret) = tenders.committed(draw)
    now = timezone.now()
    draw = operations.freeze_draw(draw=draw, by=world.user(), at=now)
    assert not draws_waiting_for(one, now=now, most=5)
    draw = tenders.known(draw)
    operations.enter_value(draw=draw, value="03", reference="公报", by=world.user(), at=timezone.now())
    now = timezone.now()
    assert draws_waiting_for(one, now=now, most=5) == [(draw, "open")]
    operations.open_secret(draw=draw, secret=secret, by=one, at=now)
    assert not draws_waiting_for(one, now=now, most=5)
    operations.open_secret(draw=draw, secret=_secret, by=other, at=now)
    assert not draws_waiting_for(witness, now=now, most=5)
    operations.hold_draw(draw=draw, by=None, at=now)
    assert draws_waiting_for(witness, now=now, most=5) == [(draw, "confirm")]


def test_every_state_tells_owner_and_bidder_something():
    tender, (bid,) = tenders.opened("900.00")
    row, own = bid_board(bid.tenderer).get(), tenders_of(tender.owner).get()
    now = timezone.now()
    silent = {State.CANCELLED, State.RETENDERED}
    assert {s for s in State if not owners_next(own, s, waiting=0, now=now).words} == silent
    assert all(bidders_next(row, s, now=now).words for s in (State.CANCELLED, State.FAILED, State.VOID))
