"""While a contract is suspended every clock of it stands still, and gets that time back."""

import datetime as dt
import time
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from marketplace.contracts import dispute_errors, errors, operations
from marketplace.contracts.due import due_for
from marketplace.contracts.models import Contract, Ending, Milestone
from marketplace.contracts.operations import Wanted
from marketplace.contracts.queries import days_given_back, days_lost, due_day, later_day
from tests.factories import contracts, world
from tests.marketplace.contracts.test_changing import agree, proposed

pytestmark = pytest.mark.django_db
HOURS = dt.timedelta(hours=3)
SLACK = dt.timedelta(minutes=2)  # between two moments of a test


def now() -> dt.datetime:
    return timezone.now()


def suspended(contract: Contract) -> dt.datetime:
    operations.suspend_contract(contract=contract, reason="核查", by=None, at=now())
    contracts.commit()
    contract.refresh_from_db()
    return contract.suspended_at


def resumed(contract: Contract, after: dt.timedelta = HOURS) -> dt.datetime:
    at = contract.suspended_at + after
    operations.resume_contract(contract=contract, reason="核毕", by=world.user(), at=at)
    contracts.commit()
    contract.refresh_from_db()
    return at


def demanded(contract: Contract) -> Ending:
    milestone = contracts.overdue(contracts.started(contracts.first(contract)))
    return operations.demand_performance(
        contract=contract, side="buyer", milestone=milestone, reason="逾期", by=world.user(), at=now()
    )


def test_the_time_to_sign_stands_still():
    made = contracts.offered()
    until = made.sign_by
    suspended(made)
    resumed(made)
    assert made.sign_by == until + HOURS


def test_what_had_run_out_before_stays_run_out():
    made = contracts.out_of_time(contracts.offered())
    until = made.sign_by
    suspended(made)
    resumed(made)
    assert made.sign_by == until
    operations.lapse_contract(contract=made, at=now())
    made.refresh_from_db()
    assert made.lapsed_at is not None


@pytest.mark.parametrize("by", [dt.timedelta(hours=1), dt.timedelta(hours=-1)], ids=["later", "earlier"])
def test_the_database_moves_the_time_to_sign_for_nothing_else(by):
    made = contracts.offered()
    with pytest.raises(IntegrityError, match="contract_sign_by_stands"), contracts.as_site():
        Contract.objects.filter(pk=made.pk).update(sign_by=made.sign_by + by)


def test_the_time_to_agree_stands_still_and_no_decision_can_be_asked_for_meanwhile():
    made = contracts.signed()
    dispute = contracts.disputed(contracts.handed_in(contracts.first(made)))
    until = dispute.cure_until
    suspended(made)
    who = contracts.binder(made, "seller").user
    with pytest.raises(errors.NotNow):
        operations.ask_for_decision(dispute=dispute, side="seller", by=who, at=until)
    resumed(made)
    dispute.refresh_from_db()
    assert dispute.cure_until == until + HOURS
    with pytest.raises(dispute_errors.CureRuns):
        operations.ask_for_decision(dispute=dispute, side="seller", by=who, at=until)


def test_the_time_to_answer_is_given_back_once_where_a_dispute_and_a_suspension_held_it_up():
    made = contracts.signed()
    milestone = contracts.handed_in(contracts.first(made))
    until = milestone.silence_until
    dispute = contracts.disputed(milestone)
    suspended(made)
    at = resumed(made)
    who = contracts.binder(made, "buyer").user
    operations.withdraw_dispute(dispute=dispute, side="buyer", reason="误会", by=who, at=at)
    milestone.refresh_from_db()
    assert milestone.silence_until == until + (at - dispute.opened_at)


def test_the_day_to_hand_in_moves_by_the_working_days_on_which_it_stood_still():
    made = contracts.signed()
    milestone, done = made.milestones.get(position=1), contracts.handed_in(made.milestones.get(position=2))
    day, other = milestone.due_on, done.due_on
    since = suspended(made)
    at = resumed(made, dt.timedelta(days=14))
    milestone.refresh_from_db()
    done.refresh_from_db()
    lost = days_lost(since, at)
    assert lost >= 8  # two weeks, less what a holiday of a week would take
    assert milestone.due_on == later_day(day, lost) > day
    assert done.due_on == other  # what is handed in was in time, or was not


def test_a_day_gone_by_before_stays_gone_by():
    made = contracts.signed()
    milestone = contracts.overdue(contracts.started(contracts.first(made)))
    day = milestone.due_on
    suspended(made)
    resumed(made, dt.timedelta(days=14))
    milestone.refresh_from_db()
    assert milestone.due_on == day


def test_a_change_of_days_keeps_the_days_that_were_given_back():
    made = contracts.signed()
    suspended(made)
    resumed(made, dt.timedelta(days=14))
    first = contracts.first(made)
    given = days_given_back(made.signed_at, first.days, first.due_on)
    assert given >= 8
    proposed(made, wanted={1: Wanted(Decimal("270.00"), first.days + 1)})
    for side in made.sides:
        agree(made, side)
    contracts.commit()
    first.refresh_from_db()
    assert first.due_on == later_day(due_day(made.signed_at, first.days), given)


def test_work_that_goes_on_after_a_dispute_gets_its_day_back():
    made = contracts.signed()
    milestone = contracts.started(contracts.first(made))
    day, dispute = milestone.due_on, contracts.disputed(milestone)
    at = dispute.opened_at + dt.timedelta(days=14)
    who = contracts.binder(made, "buyer").user
    operations.withdraw_dispute(dispute=dispute, side="buyer", reason="误会", by=who, at=at)
    contracts.commit()
    milestone.refresh_from_db()
    assert milestone.due_on == later_day(day, days_lost(dispute.opened_at, at)) > day


def test_the_grace_of_a_demand_stands_still_and_nobody_ends_by_right_meanwhile():
    made = contracts.signed()
    ending = demanded(made)
    until = ending.grace_until
    suspended(made)
    who = contracts.binder(made, "buyer").user
    with pytest.raises(dispute_errors.GraceRuns):
        operations.end_by_right(contract=made, side="buyer", by=who, at=until + HOURS)
    resumed(made)
    ending.refresh_from_db()
    assert ending.grace_until == until + HOURS


def test_nothing_is_demanded_while_nobody_may_perform():
    made = contracts.signed()
    milestone = contracts.overdue(contracts.started(contracts.first(made)))
    suspended(made)
    with pytest.raises(errors.NotNow):
        operations.demand_performance(
            contract=made, side="buyer", milestone=milestone, reason="逾期", by=world.user(), at=now()
        )
    assert not Ending.objects.exists()


def test_the_database_moves_a_grace_for_nothing_else():
    ending = demanded(contracts.signed())
    with pytest.raises(IntegrityError, match="ending_grace_stands"), contracts.as_site():
        Ending.objects.filter(pk=ending.pk).update(grace_until=ending.grace_until + HOURS)


def test_the_database_ends_nothing_by_a_grace_that_stood_still(monkeypatch):
    """The check in Python is taken out; the grace seems to be over, but ran out in the suspension."""
    made = contracts.signed()
    ending = demanded(made)
    since = suspended(made)
    contracts.moved_grace(ending, since + dt.timedelta(milliseconds=20))
    time.sleep(0.05)
    monkeypatch.setattr(Ending, "is_ripe_at", lambda self, moment: True)
    who = contracts.binder(made, "buyer").user
    operations.end_by_right(contract=made, side="buyer", by=who, at=now())
    with pytest.raises(IntegrityError, match="ending_after_its_grace"):
        contracts.commit()


def test_nothing_is_due_while_it_stands_still():
    made = contracts.signed()
    contracts.disputed(contracts.handed_in(contracts.first(made)))
    people = [contracts.binder(made, side) for side in made.sides]
    assert all(due_for(one) for one in people)
    suspended(made)
    assert [due_for(one) for one in people] == [[], []]
    resumed(made)
    assert all(due_for(one) for one in people)
    assert Milestone.objects.filter(contract=made, disputed_at__isnull=False).count() == 1
