"""Reviews of a contract take turns; two of one side at once leave one; so do a bid and a suspension."""

import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.indicators import By
from marketplace.contracts.models import Review, ReviewContent, ReviewRound
from marketplace.directory.models import Intermediary
from marketplace.tenders.errors import NotRegistered
from marketplace.tenders.models import Bid
from regulation.ledger.models import Entry
from tests.factories import reviews, tenders, world

pytestmark = pytest.mark.django_db(transaction=True)


def wanted(contract, by: By) -> dict[str, object]:
    return {
        "contract": contract,
        "side": by,
        "scores": reviews.scores(by),
        "words": "",
        "by": reviews.person(contract, by),
        "at": timezone.now(),
    }


def test_a_review_queues_behind_the_round(elsewhere):
    contract = reviews.opened()
    with transaction.atomic():
        ReviewRound.objects.select_for_update(no_key=True).get(contract=contract)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.hand_in_review, **wanted(contract, By.BUYER))
    elsewhere(operations.hand_in_review, **wanted(contract, By.BUYER))
    assert Review.objects.count() == 1


def together(*calls) -> list[object]:
    """Call all at once, each on a connection of its own; what each came to."""
    gate, came = threading.Barrier(len(calls)), [None] * len(calls)

    def run(n: int) -> None:
        try:
            gate.wait(10)
            came[n] = calls[n]()
        except Exception as failure:
            came[n] = failure
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return came


def test_two_reviews_of_one_side_at_once_leave_one():
    contract = reviews.opened()
    told = wanted(contract, By.BUYER)
    came = together(*[lambda: operations.hand_in_review(**told)] * 4)
    assert sum(isinstance(one, Review) for one in came) == 1
    assert sum(isinstance(one, errors.ReviewedAlready) for one in came) == 3
    assert Review.objects.count() == ReviewContent.objects.count() == 1
    assert Entry.objects.filter(kind="contracts.reviewed").count() == 1


def test_both_sides_at_once_are_disclosed_together_once():
    contract = reviews.opened()
    buyer, seller = wanted(contract, By.BUYER), wanted(contract, By.SELLER)
    came = together(lambda: operations.hand_in_review(**buyer), lambda: operations.hand_in_review(**seller))
    assert all(isinstance(one, Review) for one in came), came
    assert ReviewRound.objects.get().disclosed_at is not None
    assert Entry.objects.filter(kind="contracts.reviews_disclosed").count() == 1


def test_a_bid_waits_for_a_suspension_under_way_and_is_refused(elsewhere):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service)
    with transaction.atomic():
        Intermediary.objects.filter(pk=firm.pk).update(suspended_at=timezone.now())
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(tenders.bid, tender, "900.00", by=firm.entity)
    with pytest.raises(NotRegistered):
        elsewhere(tenders.bid, tender, "900.00", by=firm.entity)
    assert not Bid.objects.exists()
