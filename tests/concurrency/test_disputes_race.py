"""Disputes wait for one another and for payouts: each act queues behind its contract's row."""

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from marketplace.contracts import dispute_errors, errors, operations
from marketplace.contracts.models import Contract, Dispute, Payout, Proposal, Settlement
from tests.concurrency.pressing import TIMES, pressed
from tests.factories import contracts

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_acceptances_of_a_proposal_settle_it_once(elsewhere):
    made = contracts.signed()
    milestone = contracts.handed_in(contracts.first(made))
    dispute = contracts.disputed(milestone)
    held = operations.propose_split(
        dispute=dispute,
        side="seller",
        released_fen=1,
        note="",
        by=contracts.binder(made, "seller").user,
        at=timezone.now(),
    )
    wanted = {"dispute": dispute, "side": "buyer", "number": held.number, "at": timezone.now()}
    people = [contracts.binder(made, "buyer").user for _n in range(2)]
    with transaction.atomic():
        operations.agree_to_split(**wanted, by=people[0])
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.agree_to_split, **wanted, by=people[1])
    with pytest.raises(dispute_errors.DisputeClosed):
        elsewhere(operations.agree_to_split, **wanted, by=people[1])
    assert Settlement.objects.count() == 1


def test_a_new_proposal_queues_behind_an_acceptance_of_the_old_one(elsewhere):
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    seller, buyer = contracts.binder(made, "seller").user, contracts.binder(made, "buyer").user
    split = {"dispute": dispute, "side": "seller", "note": "", "by": seller, "at": timezone.now()}
    held = operations.propose_split(**split, released_fen=1)
    with transaction.atomic():
        operations.agree_to_split(
            dispute=dispute, side="buyer", number=held.number, by=buyer, at=timezone.now()
        )
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.propose_split, **split, released_fen=2)
    with pytest.raises(dispute_errors.DisputeClosed):
        elsewhere(operations.propose_split, **split, released_fen=2)


def test_an_acceptance_and_a_payout_queue_behind_a_dispute_being_opened(elsewhere):
    made = contracts.signed()
    milestone = contracts.first(made)
    contracts.funded(milestone)
    contracts.handed_in(milestone)
    accept = {
        "milestone": milestone,
        "judged": contracts.judged(milestone),
        "by": contracts.binder(made, "buyer").user,
        "at": timezone.now(),
    }
    open_ = {
        "milestone": milestone,
        "side": "seller",
        "claim": "拖延",
        "files": [],
        "by": contracts.binder(made, "seller").user,
        "at": timezone.now(),
    }
    with transaction.atomic():
        operations.open_dispute(**open_)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.accept_work, **accept)
    with pytest.raises(errors.NotNow):
        elsewhere(operations.accept_work, **accept)
    with pytest.raises(errors.NotDue):
        elsewhere(operations.release_milestone, milestone=milestone, by=None, at=timezone.now())
    assert not Payout.objects.exists()


def test_a_dispute_queues_behind_a_payout_and_comes_too_late(elsewhere):
    made = contracts.signed()
    milestone = contracts.first(made)
    contracts.funded(milestone)
    contracts.accepted(contracts.handed_in(milestone))
    open_ = {
        "milestone": milestone,
        "side": "buyer",
        "claim": "后悔",
        "files": [],
        "by": contracts.binder(made, "buyer").user,
        "at": timezone.now(),
    }
    with transaction.atomic():
        Contract.objects.select_for_update(no_key=True).get(pk=made.pk)
        operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
        with pytest.raises((OperationalError, errors.NotNow)):
            elsewhere(operations.open_dispute, **open_)
    with pytest.raises(errors.NotNow):
        elsewhere(operations.open_dispute, **open_)
    assert (Payout.objects.count(), Dispute.objects.count()) == (1, 0)


def test_a_mediator_is_named_once_by_two_at_a_time(elsewhere):
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    for _n in range(2):
        contracts.mediator()
    contracts.asked(dispute)
    with transaction.atomic():
        assert operations.name_mediator(dispute=dispute, at=timezone.now()) is not None
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.name_mediator, dispute=dispute, at=timezone.now())
    assert elsewhere(operations.name_mediator, dispute=dispute, at=timezone.now()) is None
    assert dispute.seats.count() == 1


def test_a_hundred_proposals_at_once_each_have_their_number():
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    seller = contracts.binder(made, "seller").user
    split = {"dispute": dispute, "side": "seller", "note": "", "by": seller, "at": timezone.now()}
    assert pressed(lambda: operations.propose_split(**split, released_fen=1)) == {"Proposal": TIMES}
    numbers = Proposal.objects.filter(dispute=dispute).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, TIMES + 1))


def test_a_proposal_agreed_to_a_hundred_times_at_once_is_settled_once():
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    seller, buyer = contracts.binder(made, "seller").user, contracts.binder(made, "buyer").user
    split = {"dispute": dispute, "side": "seller", "note": "", "by": seller, "at": timezone.now()}
    held = operations.propose_split(**split, released_fen=1)
    wanted = {"dispute": dispute, "side": "buyer", "number": held.number, "by": buyer, "at": timezone.now()}
    outcomes = pressed(lambda: operations.agree_to_split(**wanted))
    assert outcomes == {"Dispute": 1, "DisputeClosed": TIMES - 1}
    assert Settlement.objects.count() == 1


def test_mediators_are_named_once_however_often_it_is_pressed():
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    for _n in range(3):
        contracts.mediator()
    contracts.asked(dispute)
    outcomes = pressed(lambda: operations.name_mediator(dispute=dispute, at=timezone.now()))
    assert outcomes == {"Seat": 1, "NoneType": TIMES - 1}
    assert dispute.seats.count() == 1


def test_without_the_lock_a_hundred_proposals_get_in_each_others_way(monkeypatch):
    """The control of the lock: the same as above, with the row merely read."""
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    seller = contracts.binder(made, "seller").user

    def read(of):
        return Dispute.objects.select_related("milestone__contract").get(pk=of.pk)

    monkeypatch.setattr("marketplace.contracts.operations.disputing.locked_dispute", read)
    split = {"dispute": dispute, "side": "seller", "note": "", "by": seller, "at": timezone.now()}
    outcomes = pressed(lambda: operations.propose_split(**split, released_fen=1))
    assert outcomes["IntegrityError"] > 0
