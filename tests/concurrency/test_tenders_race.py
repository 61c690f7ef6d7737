"""Locks are shown by the wait they cause: each of these fails when its lock is taken out."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from marketplace.tenders.models import Award, Bid, Opening, Tender, TenderService
from marketplace.tenders.operations import approve_award, open_tender, propose_award, submit_bid, withdraw_bid
from marketplace.tenders.sealing import PlainBid
from regulation.ledger.models import Entry
from tests.concurrency.pressing import pressed
from tests.factories import world

pytestmark = pytest.mark.django_db(transaction=True)


def bid_of(tender: Tender) -> dict:
    return {
        "tender": tender,
        "tenderer": world.intermediary(sells=tender.service).entity,
        "bid": PlainBid(Decimal("900.00"), 10),
        "by": world.user(),
        "at": timezone.now(),
    }


def test_a_bid_waits_for_the_opener(elsewhere):
    tender = world.tender()
    bid = bid_of(tender)
    with transaction.atomic():
        Tender.objects.select_for_update().get(pk=tender.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(submit_bid, **bid)
    assert Bid.objects.count() == 0


def test_bidders_do_not_wait_for_each_other(elsewhere):
    tender = world.tender()
    first, second = bid_of(tender), bid_of(tender)
    with transaction.atomic():
        submit_bid(**first)
        elsewhere(submit_bid, **second)
    assert Bid.objects.count() == 2


def test_the_opener_waits_for_a_bidder(elsewhere):
    tender = world.close(world.tender())
    with transaction.atomic():
        list(Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [tender.pk]))
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(open_tender, tender=tender, at=timezone.now())
    assert Opening.objects.count() == 0


def at_once(act: Callable[[], object], times: int = 4) -> list[str]:
    """What each of several threads got from doing the same at the same moment: the name of its outcome."""
    start = threading.Barrier(times)
    outcomes: list[str] = []

    def run() -> None:
        try:
            start.wait(10)
            outcomes.append(type(act()).__name__)
        except Exception as failure:
            outcomes.append(type(failure).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def test_a_hundred_openings_at_once_make_one():
    tender = world.tender()
    submit_bid(**bid_of(tender))
    world.close(tender)
    assert pressed(lambda: open_tender(tender=tender, at=timezone.now())) == {"Opening": 100}
    assert Opening.objects.count() == 1
    assert Entry.objects.filter(kind="tenders.opened").count() == 1


def test_of_several_approvals_at_once_one_awards_and_the_others_are_told():
    tender = world.tender()
    submit_bid(**bid_of(tender))
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    propose_award(tender=tender, by=world.user(), at=timezone.now())
    by = world.user()
    outcomes = at_once(lambda: approve_award(tender=tender, by=by, at=timezone.now()))
    assert outcomes == ["Award", "NotAwardable", "NotAwardable", "NotAwardable"]
    assert Award.objects.count() == 1


def test_an_opening_queues_behind_another(elsewhere):
    tender = world.tender()
    submit_bid(**bid_of(tender))
    world.close(tender)
    with transaction.atomic():
        open_tender(tender=tender, at=timezone.now())
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(open_tender, tender=tender, at=timezone.now())
    assert Opening.objects.count() == 1


def test_a_withdrawal_queues_behind_the_opening(elsewhere):
    tender = world.tender()
    made = submit_bid(**bid_of(tender))
    with transaction.atomic():
        Tender.objects.select_for_update().get(pk=tender.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(withdraw_bid, bid=made, by=made.submitted_by, at=timezone.now())


def test_of_two_bids_of_one_entity_at_once_one_stands():
    tender = world.tender()
    bid = bid_of(tender)
    assert at_once(lambda: submit_bid(**bid), times=2) == ["AlreadyBid", "Bid"]
    assert Bid.objects.count() == 1


def test_a_service_waits_for_whoever_publishes_and_then_finds_the_tender_public(elsewhere):
    tender = world.tender(published_at=None)
    service = world.service()

    def add() -> None:
        TenderService.objects.create(tender=tender, position=2, service=service)

    with transaction.atomic():
        Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(add)
    assert tender.services.count() == 1
    elsewhere(add)
    assert tender.services.count() == 2
