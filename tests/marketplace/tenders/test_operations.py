"""From draft to award: each refusal is named and leaves no trace, each promise is held by the database."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.tenders import errors
from marketplace.tenders.models import Award, Bid, Opening, ProcedureRule, Tender
from marketplace.tenders.operations import (
    cancel_tender,
    draft_tender,
    open_tender,
    publish_tender,
    revise_tender,
    submit_bid,
    withdraw_bid,
)
from marketplace.tenders.operations.drafting import Terms
from marketplace.tenders.sealing import PlainBid
from marketplace.tenders.tasks import open_due
from regulation.decoupling.models import Check
from regulation.ledger.generation import generation
from regulation.ledger.models import Entry
from tests.factories import world
from tests.factories.tenders import award_tender

pytestmark = pytest.mark.django_db
MICROSECOND = dt.timedelta(microseconds=1)


def bid(tender: Tender, price: str = "900.00", *, by=None, at=None, days: int = 10) -> Bid:
    tenderer = by or world.intermediary(sells=tender.service).entity
    return submit_bid(
        tender=tender,
        tenderer=tenderer,
        bid=PlainBid(Decimal(price), days),
        by=world.user(),
        at=at or timezone.now(),
    )


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


def opened(tender: Tender) -> Tender:
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    tender.refresh_from_db()
    return tender


@pytest.mark.parametrize(
    ("case", "offset", "accepted"),
    [
        ("one microsecond before", -MICROSECOND, True),
        ("exactly at the deadline", dt.timedelta(0), False),
        ("one microsecond after", MICROSECOND, False),
    ],
)
def test_the_deadline_is_exclusive_to_the_microsecond(case, offset, accepted):
    tender = world.tender()
    if accepted:
        bid(tender, at=tender.closes_at + offset)
    else:
        with pytest.raises(errors.TenderClosed):
            bid(tender, at=tender.closes_at + offset)
    assert tender.bids.count() == kinds().count("tenders.bid_submitted") == int(accepted)


@pytest.mark.parametrize(
    ("case", "offset", "refused"), [("before", -MICROSECOND, False), ("at it", dt.timedelta(0), True)]
)
def test_the_database_itself_refuses_a_bid_at_the_deadline(case, offset, refused):
    tender = world.tender()
    row = {
        "tender": tender,
        "tenderer": world.entity(),
        "envelope": b"x",
        "gate": world.check(),
        "submitted_by": world.user(),
        "submitted_at": tender.closes_at + offset,
    }
    if refused:
        with pytest.raises(IntegrityError, match="bid_before_the_deadline"), transaction.atomic():
            Bid.objects.create(**row)
    else:
        Bid.objects.create(**row)


def test_a_wrong_web_clock_lets_nobody_in_late():
    tender = world.close(world.tender())
    early = tender.closes_at - dt.timedelta(minutes=1)
    with pytest.raises(errors.TenderClosed):
        bid(tender, at=early)
    assert tender.bids.count() == 0


def test_a_bid_is_unreadable_in_the_database_and_in_the_ledger():
    tender = world.tender()
    made = bid(tender, "8765.43")
    row = Bid.objects.filter(pk=made.pk).values().get()
    assert row["price"] is None
    assert b"8765" not in bytes(row["envelope"])
    assert not any("8765" in entry.body for entry in Entry.objects.all())


def test_a_tied_bidder_is_refused_with_the_check_kept_and_no_bid():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    world.interest(tender.department, firm, "setUp")
    with pytest.raises(errors.ConflictedBidder) as refusal:
        bid(tender, by=firm)
    assert refusal.value.check.chain[0]["kind"] == "setUp"
    assert Check.objects.get() == refusal.value.check
    assert tender.bids.count() == 0
    assert kinds().count("tenders.bid_submitted") == 0


def test_a_bidder_that_declared_nothing_waits_for_a_person():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service, declared=False).entity
    with pytest.raises(errors.UnknownStanding) as refusal:
        bid(tender, by=firm)
    assert refusal.value.check.due_at is not None
    assert tender.bids.count() == 0


def refused_bidders(tender: Tender):
    now = timezone.now()
    yield errors.NotRegistered, world.entity("intermediary")
    yield errors.NotRegistered, world.intermediary(sells=tender.service, suspended_at=now).entity
    yield errors.NoOffer, world.intermediary(sells=world.service()).entity
    yield errors.OwnTender, tender.owner
    avoided = world.intermediary(sells=tender.service).entity
    world.avoid(tender, avoided, "关联单位")
    yield errors.AvoidedBidder, avoided
    there = world.intermediary(sells=tender.service).entity
    bid(tender, by=there)
    yield errors.AlreadyBid, there


def test_who_may_not_bid_is_told_why_and_nothing_is_written():
    tender = world.tender()
    for refusal, firm in refused_bidders(tender):
        before = (Bid.objects.count(), Entry.objects.count(), Check.objects.count())
        with pytest.raises(refusal) as raised:
            bid(tender, by=firm)
        assert str(raised.value)
        assert (Bid.objects.count(), Entry.objects.count(), Check.objects.count()) == before, refusal


def test_the_database_refuses_a_second_standing_bid():
    tender = world.tender()
    first = bid(tender)
    with pytest.raises(IntegrityError, match="bid_one_standing_per_tenderer"), transaction.atomic():
        Bid.objects.create(
            tender=tender,
            tenderer=first.tenderer,
            envelope=b"x",
            gate=first.gate,
            submitted_by=first.submitted_by,
        )


def test_a_withdrawn_bid_may_be_replaced_and_is_not_opened():
    tender = world.tender()
    first = bid(tender, "100.00")
    withdraw_bid(bid=first, by=first.submitted_by, at=timezone.now())
    second = bid(tender, "200.00", by=first.tenderer)
    opened(tender)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.price, second.price) == (None, Decimal("200.00"))


def test_a_bid_cannot_be_withdrawn_at_the_deadline_or_twice():
    tender = world.tender()
    made = bid(tender)
    with pytest.raises(errors.NotWithdrawable):
        withdraw_bid(bid=made, by=made.submitted_by, at=tender.closes_at)
    withdraw_bid(bid=made, by=made.submitted_by, at=tender.closes_at - MICROSECOND)
    with pytest.raises(errors.NotWithdrawable):
        withdraw_bid(bid=made, by=made.submitted_by, at=timezone.now())
    assert kinds().count("tenders.bid_withdrawn") == 1


@pytest.mark.parametrize("change", [{"price": "1.00"}, {"envelope": b"y"}, {"opened_at": timezone.now()}])
def test_the_database_keeps_a_sealed_bid_as_it_was_submitted(change):
    made = bid(world.tender())
    with pytest.raises(IntegrityError), transaction.atomic():
        Bid.objects.filter(pk=made.pk).update(**change)


def test_a_tender_is_not_opened_before_its_deadline():
    tender = world.tender()
    bid(tender)
    with pytest.raises(errors.NotDue):
        open_tender(tender=tender, at=tender.closes_at - MICROSECOND)
    with pytest.raises(errors.AwaitsShares):  # a wrong clock of the web server has no shares either
        open_tender(tender=tender, at=tender.closes_at)
    with pytest.raises(IntegrityError, match="tender_opens_by_the_database_clock"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(opened_at=tender.closes_at)
    assert Opening.objects.count() == 0


def test_without_shares_nothing_is_opened():
    tender = world.tender()
    bid(tender)
    world.close(tender, shares=False)
    with pytest.raises(errors.AwaitsShares):
        open_tender(tender=tender, at=timezone.now())
    assert open_due() == 0
    tender.refresh_from_db()
    assert tender.opened_at is None
    assert Opening.objects.count() == 0


def test_the_opening_judges_each_bid_by_the_published_terms():
    tender = world.tender(ceiling=Decimal("1000.00"), days=30)
    good = bid(tender, "1000.00", days=30)
    dear = bid(tender, "1000.01")
    slow = bid(tender, "900.00", days=31)
    broken = bid(tender, "800.00")
    copied = bid(tender, "700.00")
    with pgtrigger.ignore("tenders.Bid:sealed"):
        Bid.objects.filter(pk=broken.pk).update(envelope=b"rubbish")
        Bid.objects.filter(pk=copied.pk).update(envelope=bytes(good.envelope))
    opened(tender)
    reasons = dict(Bid.objects.values_list("pk", "void_reason"))
    assert reasons == {
        good.pk: "",
        dear.pk: "over_ceiling",
        slow.pk: "too_slow",
        broken.pk: "unreadable",
        copied.pk: "unreadable",
    }
    assert (tender.opening.bids_opened, tender.opening.bids_void) == (5, 4)


@pytest.mark.parametrize(("bids", "failure"), [(0, "no_bid"), (1, "no_valid_bid")])
def test_a_tender_without_a_valid_bid_fails_and_says_why(bids, failure):
    tender = world.tender(ceiling=Decimal("10.00"))
    for _ in range(bids):
        bid(tender, "10.01")
    opened(tender)
    assert tender.failure == failure
    with pytest.raises(errors.NotAwardable):
        award_tender(tender=tender, by=world.user(), at=timezone.now())


def test_opening_twice_is_opening_once():
    tender = world.tender()
    bid(tender)
    first = open_tender(tender=world.close(tender), at=timezone.now())
    assert open_tender(tender=tender, at=timezone.now()) == first
    assert open_due() == 0
    assert kinds().count("tenders.opened") == 1


def test_the_lowest_price_wins_and_a_tie_goes_to_the_earlier():
    tender = world.tender()
    bid(tender, "950.00")
    winner = bid(tender, "900.00")
    bid(tender, "900.00")
    award = award_tender(tender=opened(tender), by=world.user(), at=timezone.now())
    assert (award.bid, award.price) == (winner, Decimal("900.00"))
    assert kinds()[-1] == "tenders.awarded"


def test_the_gate_stands_again_at_the_award():
    tender = world.tender()
    cheapest, second = bid(tender, "800.00"), bid(tender, "900.00")
    opened(tender)
    world.interest(tender.department, cheapest.tenderer, "setUp")
    award = award_tender(tender=tender, by=world.user(), at=timezone.now())
    assert award.bid == second
    assert [passed["bid"] for passed in award.passed_over] == [cheapest.pk]


def test_when_nobody_passes_the_gate_the_tender_fails_on_record():
    tender = world.tender()
    only = bid(tender)
    opened(tender)
    world.interest(tender.department, only.tenderer, "setUp")
    with pytest.raises(errors.NobodyLeft):
        award_tender(tender=tender, by=world.user(), at=timezone.now())
    tender.refresh_from_db()
    assert tender.failure == "nobody_clear"
    assert kinds()[-1] == "tenders.failed"


def test_a_tender_is_awarded_once():
    tender = world.tender()
    bid(tender)
    opened(tender)
    award_tender(tender=tender, by=world.user(), at=timezone.now())
    with pytest.raises(errors.NotAwardable):
        award_tender(tender=tender, by=world.user(), at=timezone.now())
    assert Award.objects.count() == 1


@pytest.mark.parametrize("field", ["title", "ceiling", "closes_at", "days", "published_at"])
def test_the_database_keeps_published_terms(field):
    tender = world.tender()
    other = {
        "title": "x",
        "ceiling": Decimal(1),
        "days": 1,
        "closes_at": tender.closes_at + MICROSECOND,
        "published_at": tender.published_at - MICROSECOND,
    }
    with pytest.raises(IntegrityError, match="tender_published_terms_stand"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(**{field: other[field]})


def test_a_bid_is_never_deleted():
    made = bid(world.tender())
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Bid.objects.filter(pk=made.pk)._raw_delete("default")


def draft(**fields: object) -> Tender:
    now = timezone.now()
    terms = {
        "title": "采购",
        "description": "说明",
        "days": 10,
        "contact": "0826",
        "closes_at": now + dt.timedelta(days=4),
        "ceiling": Decimal("100.00"),
    }
    return draft_tender(
        owner=world.entity(),
        approval=world.approval(),
        service=world.service(),
        ruling=None,
        terms=Terms(**terms | fields),
        by=world.user(),
        at=now,
    )


def publish(tender: Tender) -> Tender:
    """A second person passes it, a third publishes it."""
    if tender.published_at is None and tender.submitted_at is None:
        tender = world.reviewed(tender)
    return publish_tender(tender=tender, by=world.user(), at=timezone.now())


def test_a_draft_becomes_public_once_and_then_stands():
    world.trustees()
    made = publish(draft())
    assert made.published_at is not None
    with pytest.raises(errors.AlreadyPublished):
        publish(made)
    with pytest.raises(errors.AlreadyPublished):
        revise_tender(tender=made, terms=None, by=made.created_by, at=timezone.now())
    assert kinds().count("tenders.published") == 1


def test_a_tender_says_its_ceiling_or_why_it_has_none():
    world.trustees()
    with pytest.raises(errors.CeilingMissing):
        publish(draft(ceiling=None))
    assert publish(draft(ceiling=None, no_ceiling_reason="首次采购，无参考价")).published_at


def test_without_trustees_keys_nothing_is_published():
    with pytest.raises(errors.TrusteesMissing, match="a notary"):
        publish(draft())


def test_bidding_stays_open_as_long_as_the_nearest_regions_rule_says():
    world.trustees()
    world.region()
    with pytest.raises(errors.ClosesTooSoon):
        publish(draft(closes_at=timezone.now() + dt.timedelta(days=2, hours=23)))
    for code, minimum in (("000000", dt.timedelta(days=9)), ("511602", dt.timedelta(seconds=10))):
        ProcedureRule.objects.create(
            region_id=code, minimum_bidding=minimum, in_force=world.DateRange(world.LONG_AGO, None)
        )
    assert publish(draft(closes_at=timezone.now() + dt.timedelta(minutes=1))).published_at


def test_a_tender_is_cancelled_in_public_with_a_reason_and_takes_no_more_bids():
    tender = world.tender()
    with pytest.raises(errors.NotCancellable):
        cancel_tender(tender=tender, reason="  ", by=tender.created_by, at=timezone.now())
    cancel_tender(tender=tender, reason="项目终止", by=tender.created_by, at=timezone.now())
    tender.refresh_from_db()
    with pytest.raises(errors.TenderClosed):
        bid(tender)
    with pytest.raises(errors.NotCancellable):
        cancel_tender(tender=tender, reason="又一次", by=tender.created_by, at=timezone.now())
    assert kinds().count("tenders.cancelled") == 1


def test_the_database_refuses_an_opened_bid_that_is_neither_priced_nor_void():
    made = bid(world.tender())
    world.close(made.tender)
    with (
        pgtrigger.ignore("tenders.Bid:sealed"),
        pytest.raises(IntegrityError, match="bid_price_known_only_once_opened"),
        transaction.atomic(),
    ):
        Bid.objects.filter(pk=made.pk).update(opened_at=timezone.now())


def test_no_bid_and_no_withdrawal_renews_what_is_kept_for_visitors(django_capture_on_commit_callbacks):
    """Or the time a public page takes would count the bids before the opening (招标投标法 22)."""
    tender = world.tender()
    tenderer = world.intermediary(sells=tender.service).entity
    before = generation()
    with django_capture_on_commit_callbacks(execute=True):
        made = bid(tender, by=tenderer)
        withdraw_bid(bid=made, by=world.user(), at=timezone.now())
    assert kinds()[-1] == "tenders.bid_withdrawn"
    assert generation() == before
