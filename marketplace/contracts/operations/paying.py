"""Held money goes out for accepted work, once the gate is clear; invoices; the end of a contract."""

import datetime as dt
import re

from django.db import IntegrityError, transaction
from django.db.models import Sum

from marketplace.payments.errors import NotHeld, NotOurPayee
from marketplace.payments.models import Order
from marketplace.payments.operations import order_release
from marketplace.payments.queries import open_account
from regulation.decoupling.models import Gate
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import GateClosed, InvoiceNumber, InvoiceTooMuch, InvoiceUsed, NotDue
from ..life import Act, State, Step
from ..models import Contract, Invoice, Milestone, Payout
from ..queries import charge_of, held_for, paid_out, to_pay_out
from .acting import do_act, locked_contract, locked_milestone
from .signing import open_gate
from .suspending import suspend_for

_NUMBER = re.compile(r"[0-9]{8}|[0-9]{20}")


def release_milestone(*, milestone: Milestone, by: User | None, at: dt.datetime) -> Order:
    """Order the milestone's held money out to the seller: accepted, held, and the gate clear now.

    Raises NotDue; payments' NotOurPayee where the seller has no account; and GateClosed with the check, which
    stands.
    """
    seen = Milestone.objects.select_related(
        "contract__award__tender", "contract__award__bid__tenderer", "contract__seller"
    ).get(pk=milestone.pk)
    charge = charge_of(seen)
    if charge is None or not _due(seen, at=at):
        raise NotDue
    account = open_account(seen.contract.seller, charge.provider)
    if account is None or account.ready_at is None:
        raise NotOurPayee
    gate = open_gate(seen.contract, Gate.PAYOUT, by=by, at=at)
    with transaction.atomic():
        locked = locked_milestone(milestone)
        if not _due(locked, at=at):
            raise NotDue
        order = order_release(charge=charge, fen=held_for(charge), reason=locked.name, by=by)
        Payout.objects.create(milestone=locked, order=order, gate=gate)
        body = {"milestone": locked.position, "name": locked.name, "order": order.key, "check": gate.urn}
        record(kind="contracts.payout", subject=locked.contract, actor=by, body=body, noticeable=False)
        return order


def _due(milestone: Milestone, *, at: dt.datetime) -> bool:
    """Accepted, in a contract that is not suspended, with money held that nothing has ordered out."""
    charge = charge_of(milestone)
    stands = milestone.contract.state_at(at) in (State.IN_FORCE, State.TERMINATED)
    return (
        stands
        and milestone.state_at(at) is Step.ACCEPTED
        and charge is not None
        and held_for(charge) > 0
        and not milestone.payouts.filter(order__failed_at__isnull=True, order__posting__isnull=True).exists()
    )


def pay_what_is_due(*, at: dt.datetime, contract: Contract | None = None) -> int:
    """Order out what is accepted, held and can be paid; a gate that does not open suspends the contract.

    Returns how many were ordered. Safe to run twice and at the same time.
    """
    done = 0
    for milestone in to_pay_out(contract):
        try:
            release_milestone(milestone=milestone, by=None, at=at)
            done += 1
        except GateClosed as shut:
            suspend_for(contract=milestone.contract, check=shut.check, at=at)
        except (NotDue, NotHeld, NotOurPayee):
            continue
    return done


@transaction.atomic
def complete_contract(*, contract: Contract, at: dt.datetime) -> bool:
    """All work accepted and paid: the contract is complete. Whether it is so now; twice changes nothing."""
    locked = locked_contract(contract)
    if locked.state_at(at) is not State.IN_FORCE:
        return False
    going = [m for m in locked.milestones.all() if m.cancelled_at is None]
    paid = paid_out(going)
    if not going or any(m.accepted_at is None or paid[m.pk] < m.fen for m in going):
        return False
    do_act(locked, Act.COMPLETE, kind="contracts.completed", by=None, at=at, noticeable=True, completed_at=at)
    return True


@transaction.atomic
def record_invoice(
    *,
    milestone: Milestone,
    number: str,
    code: str,
    issued_on: dt.date,
    fen: int,
    by: User,
    at: dt.datetime,
) -> Invoice:
    """The seller puts an invoice on record. Raises InvoiceNumber, InvoiceUsed, InvoiceTooMuch.

    Prices are without tax: the invoices of a milestone may exceed it by the highest rate, 13 percent.
    """
    locked = locked_milestone(milestone)
    number = number.replace(" ", "")
    if not _NUMBER.fullmatch(number):
        raise InvoiceNumber
    before = locked.invoices.aggregate(n=Sum("fen"))["n"] or 0
    if (before + fen) * 100 > locked.fen * 113:
        raise InvoiceTooMuch
    try:
        with transaction.atomic():
            made = Invoice.objects.create(
                milestone=locked,
                number=number,
                code=code.strip(),
                issued_on=issued_on,
                fen=fen,
                recorded_by=by,
                recorded_at=at,
            )
    except IntegrityError as refusal:
        if "invoice_number_once" in str(refusal):
            raise InvoiceUsed from refusal
        raise
    body = {"milestone": locked.position, "name": locked.name, "number": number}
    record(kind="contracts.invoiced", subject=locked.contract, actor=by, body=body, noticeable=False)
    return made
