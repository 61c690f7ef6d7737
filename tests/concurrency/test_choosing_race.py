"""Approval, draw, price and challenge pressed at once: one of each. Each fails with its lock taken out."""

from decimal import Decimal

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from marketplace.tenders import operations
from marketplace.tenders.models import Auction, AuctionPrice, Award, Draw, Evaluation, Tender
from regulation.ledger.models import Entry
from tests.concurrency.pressing import TIMES, pressed
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db(transaction=True)


def entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_an_approval_pressed_a_hundred_times_awards_once():
    tender, _bids = tenders.opened("900.00", "950.00")
    operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    by = world.user()
    seen = pressed(lambda: operations.approve_award(tender=tender, by=by, at=timezone.now()))
    assert seen == {"Award": 1, "NotAwardable": TIMES - 1}
    assert (Award.objects.count(), entries("tenders.awarded")) == (1, 1)


def test_a_proposal_pressed_at_once_is_one():
    tender, _bids = tenders.opened("900.00")
    by = world.user()
    seen = pressed(lambda: operations.propose_award(tender=tender, by=by, at=timezone.now()), 20)
    assert seen == {"AwardProposal": 1, "ProposalWaits": 19}
    assert Evaluation.objects.count() == 1


def test_a_draw_pressed_a_hundred_times_is_held_once():
    tender, _bids = tenders.opened("900.00", "950.00", "990.00", method="random_draw")
    draw = tenders.ready_to_draw(tender)
    seen = pressed(lambda: operations.hold_draw(draw=draw, by=None, at=timezone.now()))
    assert seen == {"Draw": 1, "AlreadyDrawn": TIMES - 1}
    assert entries("tenders.drawn") == 1
    assert Draw.objects.get().outcome


def test_a_list_is_frozen_once():
    tender, _bids = tenders.opened("900.00", "950.00", method="random_draw")
    draw = tenders.named_draw(tender)
    tenders.committed(draw)
    by = world.user()
    seen = pressed(lambda: operations.freeze_draw(draw=draw, by=by, at=timezone.now()), 20)
    assert seen == {"Draw": 1, "AlreadyFrozen": 19}
    assert entries("tenders.draw_frozen") == 1


def begun() -> Auction:
    tender, _bids = tenders.opened(
        "1000.00", "950.00", method="price_auction", method_parameters={"step": "1"}
    )
    now = timezone.now()
    return operations.start_auction(tender=tender, starts_at=now, by=world.user(), at=now)


def test_a_price_sent_a_hundred_times_counts_once():
    auction, by = begun(), world.user()
    seat = auction.seats.first()
    price = {"seat": seat, "price": Decimal("800.00"), "nonce": "same", "by": by}
    assert pressed(lambda: operations.give_price(**price, at=timezone.now())) == {"AuctionPrice": TIMES}
    assert (AuctionPrice.objects.count(), entries("tenders.auction_price")) == (1, 1)


@pytest.mark.parametrize(
    ("name", "locked"),
    [("hold_draw", Tender), ("approve_award", Tender), ("give_price", Auction)],
)
def test_each_waits_for_whoever_was_first(elsewhere, name, locked):
    """The lock itself: while somebody holds the row the act waits and writes nothing."""
    by = world.user()
    if name == "hold_draw":
        draw = tenders.ready_to_draw(tenders.opened("900.00", method="random_draw")[0])
        act, row = {"draw": draw, "by": by}, draw.tender_id
    elif name == "approve_award":
        tender = tenders.opened("900.00")[0]
        operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
        act, row = {"tender": tender, "by": by}, tender.pk
    else:
        auction = begun()
        act = {"seat": auction.seats.first(), "price": Decimal("800.00"), "nonce": "n", "by": by}
        row = auction.pk
    before = Entry.objects.count()
    with transaction.atomic():
        locked.objects.select_for_update(no_key=True).get(pk=row)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(getattr(operations, name), **act, at=timezone.now())
    assert Entry.objects.count() == before


def test_a_challenge_and_the_end_of_the_standstill_queue_behind_each_other(elsewhere):
    award, (_won, lost) = tenders.awarded()
    tenders.past(award)
    with transaction.atomic():
        Tender.objects.select_for_update(no_key=True).get(pk=award.tender_id)
        for act, fields in (
            (operations.finalise_award, {"award": award}),
            (
                operations.file_challenge,
                {
                    "award": award,
                    "challenger": lost.tenderer,
                    "grounds": "g",
                    "sought": "s",
                    "by": world.user(),
                },
            ),
        ):
            with pytest.raises(OperationalError, match="lock timeout"):
                elsewhere(act, **fields, at=timezone.now())
