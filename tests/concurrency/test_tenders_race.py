"""Locks are shown by the wait they cause: each of these fails when its lock is taken out."""

import threading
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from marketplace.tenders import errors
from marketplace.tenders.models import Award, Bid, Opening, Tender
from marketplace.tenders.operations import award_tender, open_tender, submit_bid, withdraw_bid
from marketplace.tenders.sealing import PlainBid
from regulation.ledger.models import Entry
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


def test_two_openings_at_once_make_one():
    tender = world.tender()
    submit_bid(**bid_of(tender))
    world.close(tender)
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            start.wait(10)
            open_tender(tender=tender, at=timezone.now())
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert Opening.objects.count() == 1
    assert Entry.objects.filter(kind="tenders.opened").count() == 1


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


def test_an_award_queues_behind_another(elsewhere):
    tender = world.tender()
    submit_bid(**bid_of(tender))
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    with transaction.atomic():
        award_tender(tender=tender, by=world.user(), at=timezone.now())
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(award_tender, tender=tender, by=world.user(), at=timezone.now())
    assert Award.objects.count() == 1


def test_of_two_bids_of_one_entity_at_once_one_stands(elsewhere):
    tender = world.tender()
    bid = bid_of(tender)
    outcomes: list[object] = []
    start = threading.Barrier(2)

    def submit() -> None:
        try:
            start.wait(10)
            outcomes.append(submit_bid(**bid))
        except errors.AlreadyBid as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(o).__name__ for o in outcomes) == ["AlreadyBid", "Bid"]
    assert Bid.objects.count() == 1
