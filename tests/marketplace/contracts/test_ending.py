"""A contract ends early, signed by all or by right after a demand; what is done is paid."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from marketplace.contracts import dispute_errors, errors, operations
from marketplace.contracts.dispute_queries import standing_ending
from marketplace.contracts.life import State, Step
from marketplace.contracts.models import Contract, Ending, EndingSignature, Settlement
from marketplace.contracts.queries import charge_of, due_day, milestones_of
from marketplace.contracts.tasks import name_mediators, pay_due
from marketplace.payments.models import Order
from marketplace.payments.queries import balances_of
from marketplace.tenders.effects import note_contract_end
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from tests.factories import contracts, payments, world

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


def propose(contract: Contract, side: str = "buyer", **released: int) -> Ending:
    told = {int(k[1:]): v for k, v in released.items()}
    made = operations.propose_end(
        contract=contract, side=side, released=told, reason="项目取消", by=world.user(), at=now()
    )
    contracts.commit()
    return made


def sign(contract: Contract, side: str, **told: object) -> None:
    who, held = contracts.binder(contract, side), standing_ending(contract)
    wanted = {
        "contract": contract,
        "side": side,
        "entity": who.entity,
        "read": held.digest if held else "",
        "proof": "password",
        "by": who.user,
        "at": now(),
    }
    operations.sign_end(**wanted | told)
    contracts.commit()
    contract.refresh_from_db()


def balances(milestone) -> dict[str, int]:
    charge = charge_of(milestone)
    return {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}


def demand(contract: Contract, milestone, side: str = "buyer") -> Ending:
    made = operations.demand_performance(
        contract=contract, side=side, milestone=milestone, reason="逾期", by=world.user(), at=now()
    )
    contracts.commit()
    return made


def test_all_sides_sign_how_it_ends_and_each_part_goes_where_they_said():
    contract = contracts.signed()
    first, second, third = milestones_of(contract)
    for one in (first, second):
        contracts.funded(one)
    contracts.accepted(contracts.handed_in(first))
    contracts.started(second)
    half = second.fen // 2
    propose(contract, m2=half)
    sign(contract, "seller")
    assert contract.state_at(now()) is State.IN_FORCE
    sign(contract, "buyer")
    assert contract.state_at(now()) is State.TERMINATED
    assert [m.state_at(now()) for m in milestones_of(contract)] == [
        Step.ACCEPTED,
        Step.CANCELLED,
        Step.CANCELLED,
    ]
    assert charge_of(third) is None  # nobody had begun to pay it
    pay_due()
    contracts.commit()
    for order in Order.objects.filter(kind__in=["release", "refund"]):
        payments.transferred(order)
    assert balances(first) == {"owner": -first.fen, "intermediary": first.fen}
    assert balances(second) == {"owner": -second.fen, "intermediary": half, "refund": second.fen - half}
    told = body_of(Entry.objects.get(kind="contracts.terminated"))
    assert (told["ground"], told["accepted"]) == ("agreed", [1])
    note_contract_end(Entry.objects.get(kind="contracts.terminated"))
    fate = Entry.objects.get(kind="tenders.contract_ended")
    assert (fate.subject, body_of(fate)["award"]) == (contract.award.tender.urn, contract.award.urn)


def test_work_handed_in_can_be_settled_by_agreement_and_a_dispute_comes_first():
    contract = contracts.signed()
    first = contracts.handed_in(contracts.first(contract))
    dispute = contracts.disputed(first)
    with pytest.raises(dispute_errors.StillDisputed):
        propose(contract)
    operations.withdraw_dispute(dispute=dispute, side="buyer", reason="x", by=world.user(), at=now())
    contracts.commit()
    propose(contract, m1=first.fen)
    for side in contract.sides:
        sign(contract, side)
    assert Settlement.objects.get(milestone=first).released_fen == first.fen


def test_what_is_signed_is_what_was_read_once_a_side_and_still_so():
    contract = contracts.signed()
    propose(contract)
    with pytest.raises(errors.TextChanged):
        sign(contract, "buyer", read="0" * 64)
    with pytest.raises(errors.NotYourSide):
        sign(contract, "buyer", by=world.user())
    with pytest.raises(dispute_errors.EndStands):
        propose(contract)
    sign(contract, "buyer")
    with pytest.raises(errors.SignedAlready):
        sign(contract, "buyer")
    contracts.accepted(contracts.handed_in(contracts.first(contract)))
    with pytest.raises(dispute_errors.EndChanged):
        sign(contract, "seller")
    operations.decline_end(contract=contract, reason="先验收", by=world.user(), at=now())
    with pytest.raises(dispute_errors.NoEnd):
        sign(contract, "seller")
    contract.refresh_from_db()
    assert contract.state_at(now()) is State.IN_FORCE
    assert EndingSignature.objects.count() == 1


def test_overdue_work_is_demanded_and_then_the_contract_is_ended_by_right():
    contract = contracts.signed()
    first = contracts.first(contract)
    contracts.funded(first)
    with pytest.raises(dispute_errors.NotOverdue):
        demand(contract, first)
    made = demand(contract, contracts.overdue(first))
    end = {"contract": contract, "side": "buyer", "by": world.user(), "at": now()}
    with pytest.raises(dispute_errors.GraceRuns):
        operations.end_by_right(**end)
    contracts.past_grace(made)
    with pytest.raises(errors.NotYourSide):
        operations.end_by_right(**end | {"side": "seller"})
    operations.end_by_right(**end | {"at": now()})
    contracts.commit()
    contract.refresh_from_db()
    assert contract.state_at(now()) is State.TERMINATED
    pay_due()
    contracts.commit()
    payments.transferred(Order.objects.get(kind="refund"))
    assert balances(first) == {"owner": -first.fen, "refund": first.fen}


def test_what_is_done_within_the_grace_leaves_the_demand_nothing():
    contract = contracts.signed()
    first = contracts.overdue(contracts.first(contract))
    made = contracts.past_grace(demand(contract, first))
    contracts.handed_in(first)
    with pytest.raises(dispute_errors.NotOverdue):
        operations.end_by_right(contract=contract, side="buyer", by=world.user(), at=now())
    assert name_mediators() == 1  # the night takes the demand off
    contracts.commit()
    made.refresh_from_db()
    assert (made.declined_by, made.decline_reason) == (None, operations.ending.PERFORMED)


def test_work_handed_in_elsewhere_is_answered_before_a_contract_ends_by_right():
    contract = contracts.signed()
    first, second, _third = milestones_of(contract)
    contracts.handed_in(second)
    contracts.past_grace(demand(contract, contracts.overdue(first)))
    with pytest.raises(dispute_errors.WorkWaits):
        operations.end_by_right(contract=contract, side="buyer", by=world.user(), at=now())


def test_the_seller_ends_it_where_accepted_work_is_not_paid_in():
    contract = contracts.signed()
    first = contracts.accepted(contracts.handed_in(contracts.first(contract)))
    made = demand(contract, first, side="seller")
    assert made.ground == "late_payment"
    contracts.past_grace(made)
    operations.end_by_right(contract=contract, side="seller", by=world.user(), at=now())
    contracts.commit()
    contract.refresh_from_db()
    assert contract.state_at(now()) is State.TERMINATED
    assert charge_of(first) is not None  # what was accepted is still owed
    contracts.funded(first)
    assert pay_due() == 1


FORGED = {
    "not signed": "ending_signed_by_all",
    "before the grace is over": "ending_after_its_grace",
    "not overdue": "ending_of_what_is_overdue",
    "with work left open": "ending_leaves_nothing_open",
}


def forge(case: str, contract: Contract, made: Ending) -> None:
    locked = operations.acting.locked_contract(contract)
    if case in ("before the grace is over", "with work left open"):
        Ending.objects.filter(pk=made.pk).update(done_at=now())
        return
    made.refresh_from_db()
    parts = dict.fromkeys(operations.ending._open(locked, at=now()), 0)
    if case == "not overdue":
        operations.ending._put_parts(made, parts)
    operations.ending._terminate(locked, made, parts, by=world.user(), at=now())


@pytest.mark.parametrize("case", FORGED)
def test_the_database_ends_no_contract_without_signatures_or_right(case):
    contract = contracts.signed()
    first = contracts.first(contract)
    if case == "not signed":
        made = propose(contract)
    else:
        made = demand(contract, contracts.overdue(first))
        if case != "before the grace is over":
            contracts.past_grace(made)
    if case == "not overdue":
        contracts.handed_in(first)
    with pytest.raises(IntegrityError, match=FORGED[case]), contracts.as_site():
        forge(case, contract, made)


def test_more_days_are_a_change_of_days_alone_also_where_money_is_held():
    contract = contracts.signed()
    first, second, third = milestones_of(contract)
    charge = contracts.funded(first)
    change = operations.ask_for_more_days(
        contract=contract,
        side="seller",
        milestone=first,
        days=3,
        later=True,
        reason="雨季",
        by=world.user(),
        at=now(),
    )
    contracts.commit()
    wanted = [m["days"] for m in change.version.terms["milestones"]]
    assert wanted == [m.days + 3 for m in (first, second, third)]
    for side in contract.sides:
        who = contracts.binder(contract, side)
        operations.agree_to_change(
            contract=contract,
            side=side,
            entity=who.entity,
            read=change.version.digest,
            proof="password",
            by=who.user,
            at=now(),
        )
    contracts.commit()
    contract.refresh_from_db()
    first.refresh_from_db()
    assert first.due_on == due_day(contract.signed_at, first.days)
    assert charge_of(first) == charge  # the money held stays where it is
    assert contract.days == third.days + 3
    with pytest.raises(dispute_errors.NotLonger):
        operations.ask_for_more_days(
            contract=contract,
            side="seller",
            milestone=first,
            days=0,
            later=False,
            reason="x",
            by=world.user(),
            at=now(),
        )
