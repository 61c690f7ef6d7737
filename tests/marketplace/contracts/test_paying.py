"""Each milestone is owed by whom the ruling names; money goes out after acceptance, through a clear gate."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.contracts import effects, errors, operations
from marketplace.contracts.life import State
from marketplace.contracts.models import Contract, Invoice, Milestone, MilestoneCharge, Payout
from marketplace.contracts.queries import charge_of, paid_out, to_pay_out
from marketplace.contracts.tasks import pay_due
from marketplace.payments.errors import NotOurPayee
from marketplace.payments.models import Order
from marketplace.payments.operations import order_release
from marketplace.payments.queries import held
from marketplace.tenders.errors import GateShut
from marketplace.tenders.operations import pass_later_gate, recheck_award
from regulation.decoupling.models import Check, Gate
from regulation.ledger.models import Entry
from tests.factories import contracts, payments, world

pytestmark = pytest.mark.django_db


def one_milestone() -> Milestone:
    held_ = contracts.drawn_up()
    operations.set_milestones(contract=held_, parts=[contracts.part()], by=world.user(), at=timezone.now())
    return contracts.first(contracts.signed(held_))


def test_from_signature_to_the_last_payment_the_contract_is_complete():
    milestone = one_milestone()
    charge = contracts.funded(milestone)
    contracts.accepted(contracts.handed_in(milestone))
    assert pay_due() == 1
    contracts.commit()
    assert pay_due() == 0
    order = Order.objects.get(kind="release")
    assert (order.fen, order.payout.gate.gate) == (charge.fen, "payout")
    payments.transferred(order)
    assert paid_out([milestone])[milestone.pk] == charge.fen
    effects.complete(Entry.objects.get(kind="payments.released"))
    contracts.commit()
    contract = Contract.objects.get()
    assert contract.state_at(timezone.now()) is State.COMPLETED
    assert operations.complete_contract(contract=contract, at=timezone.now()) is False


def test_no_payment_before_acceptance_before_funding_or_without_an_account():
    milestone = one_milestone()
    with pytest.raises(errors.NotDue):
        operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
    contracts.accepted(contracts.handed_in(milestone))
    with pytest.raises(errors.NotDue):
        operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
    charge = charge_of(milestone)
    payments.transferred(payments.order_funding(charge=charge, by=None))
    with pytest.raises(NotOurPayee):
        operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
    assert pay_due() == 0
    assert not Check.objects.filter(gate="payout").exists()
    payments.account(charge)
    assert pay_due() == 1


def test_a_tie_found_at_the_payout_keeps_the_money_held_and_suspends():
    milestone = one_milestone()
    charge = contracts.funded(milestone)
    contracts.accepted(contracts.handed_in(milestone))
    contract = milestone.contract
    world.interest(contract.department, contract.seller, "setUp")
    assert pay_due() == 0
    contracts.commit()
    contract.refresh_from_db()
    assert contract.state_at(timezone.now()) is State.SUSPENDED
    assert contract.suspended_by_check.gate == "payout"
    assert held(charge) == charge.fen
    assert to_pay_out() == []
    assert not Order.objects.filter(kind="release").exists()


def test_a_conflict_found_by_a_recheck_suspends_once():
    milestone = one_milestone()
    contract = milestone.contract
    world.interest(contract.department, contract.seller, "setUp")
    award = contract.award
    for _n in range(2):
        recheck_award(award=award, at=timezone.now())
    for entry in Entry.objects.filter(kind="decoupling.conflict_found"):
        effects.suspend(entry)
    contracts.commit()
    contract.refresh_from_db()
    assert contract.state_at(timezone.now()) is State.SUSPENDED
    assert Entry.objects.filter(kind="contracts.suspended").count() == 1


FORGED = ("not accepted", "no payout", "of another gate", "suspended")


def forge(milestone, charge, gate) -> None:
    """Held money ordered out by hand, with or without its payout."""
    order = order_release(charge=charge, fen=1, reason="", by=None)
    if gate is not None:
        Payout.objects.create(milestone=milestone, order=order, gate=gate)


@pytest.mark.parametrize("case", FORGED)
def test_the_database_lets_no_held_money_out_without_acceptance_and_a_clear_check(case):
    milestone = one_milestone()
    charge = contracts.funded(milestone)
    contracts.handed_in(milestone)
    if case != "not accepted":
        contracts.accepted(milestone)
    gate = milestone.contract.award.gate
    if case != "of another gate":
        award = milestone.contract.award
        gate = pass_later_gate(award=award, gate=Gate.PAYOUT, by=None, at=timezone.now())
    if case == "suspended":
        operations.suspend_contract(contract=milestone.contract, reason="核查", by=None, at=timezone.now())
        contracts.commit()
    name = "release_has_its_payout" if case == "no payout" else "payout_accepted_and_clear"
    with pytest.raises(IntegrityError, match=name), contracts.as_site():
        forge(milestone, charge, gate if case != "no payout" else None)
    assert not Order.objects.filter(kind="release").exists()


def test_the_database_charges_nobody_but_the_payer_and_nothing_but_the_amount():
    milestone = one_milestone()
    charge = charge_of(milestone)
    MilestoneCharge.objects.filter(charge=charge).update(ended_at=timezone.now())
    contract = milestone.contract
    for wrong in ({"payer": world.entity()}, {"fen": 1}, {"reference": "x"}):
        told = {
            "payer": contract.payer,
            "payee": contract.seller,
            "fen": milestone.fen,
            "reference": milestone.urn + "x",
        }
        with pytest.raises(IntegrityError, match="milestone_charged_as_agreed"), contracts.as_site():
            MilestoneCharge.objects.create(milestone=milestone, charge=payments.a_charge(**told | wrong))


def test_a_released_sum_is_ordered_once_by_two_at_a_time():
    milestone = one_milestone()
    contracts.funded(milestone)
    contracts.accepted(contracts.handed_in(milestone))
    operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
    with pytest.raises(errors.NotDue):
        operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
    assert Payout.objects.count() == 1


def test_invoices_have_their_length_once_and_no_more_than_the_amount_with_tax():
    milestone = one_milestone()
    told = {"code": "", "issued_on": dt.date(2026, 1, 1), "by": world.user(), "at": timezone.now()}
    for number, fen, refusal in (
        ("123", 100, errors.InvoiceNumber),
        ("12345678", 90000 * 113 // 100 + 1, errors.InvoiceTooMuch),
    ):
        with pytest.raises(refusal):
            operations.record_invoice(milestone=milestone, number=number, fen=fen, **told)
    operations.record_invoice(milestone=milestone, number="1234 5678", fen=50000, **told)
    with pytest.raises(errors.InvoiceUsed):
        operations.record_invoice(milestone=milestone, number="12345678", fen=1, **told)
    assert Invoice.objects.get().number == "12345678"
    with pytest.raises(IntegrityError, match="invoice_number_has_its_length"), transaction.atomic():
        Invoice.objects.create(
            milestone=milestone,
            issuer=milestone.contract.seller,
            number="x",
            issued_on=told["issued_on"],
            fen=1,
            recorded_by=told["by"],
        )


@pytest.mark.django_db(transaction=True)
def test_what_the_later_gate_found_stands_although_it_refuses():
    contract = contracts.drawn_up()
    world.interest(contract.department, contract.seller, "setUp")
    with pytest.raises(GateShut):
        pass_later_gate(award=contract.award, gate=Gate.CONTRACT, by=None, at=timezone.now())
    assert Check.objects.filter(gate="contract", outcome="conflicted").count() == 1
    assert Entry.objects.filter(kind="decoupling.conflict_found").count() == 1
