"""A milestone's money after its dispute or its contract ended: what is due of it, and what goes back."""

import datetime as dt
from typing import Any

from django.db import transaction

from marketplace.payments.errors import ChargeEnded, HoldsMoney, NotHeld
from marketplace.payments.models import Charge, Order
from marketplace.payments.operations import cancel_charge, order_refund
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..dispute_queries import ordered_of, settlement_of, to_refund
from ..errors import NotDue
from ..life import State
from ..models import Contract, Milestone, MilestoneCharge, Refund, Settlement
from ..queries import charge_of, comes_to, held_for
from .acting import locked_milestone
from .charging import charge_milestone
from .drifting import tell_drift


def settle(
    milestone: Milestone, *, released_fen: int, by: User | None, at: dt.datetime, **ground: Any
) -> Settlement:
    """Put on record where the money goes, in the caller's transaction under the contract's lock.

    `ground` is the dispute or the early end. What is not paid in yet is charged anew, with what is left.
    """
    made = Settlement.objects.create(
        milestone=milestone,
        released_fen=released_fen,
        refunded_fen=milestone.fen - released_fen,
        **ground,
    )
    charge_what_is_left(milestone, made, by=by, at=at)
    tell_drift(milestone.contract, fen=comes_to(milestone.contract))
    return made


def charge_what_is_left(
    milestone: Milestone, settlement: Settlement, *, by: User | None, at: dt.datetime
) -> Charge | None:
    """Where nobody has begun to pay, the charge becomes what the settlement leaves; else it stays.

    The charge that stands afterwards, if any. In the caller's transaction under the contract's lock.
    """
    held = MilestoneCharge.objects.filter(milestone=milestone, ended_at__isnull=True).first()
    if held is None or held.charge.fen == settlement.released_fen:
        return held.charge if held else None
    if held.charge.orders.filter(failed_at__isnull=True).exists():
        return held.charge
    try:
        cancel_charge(charge=held.charge, by=by, at=at)
    except (ChargeEnded, HoldsMoney):
        return held.charge
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    if not settlement.released_fen:
        return None
    contract = milestone.contract
    return charge_milestone(milestone=milestone, payer=contract.payer, by=by, fen=settlement.released_fen)


def refund_due(charge: Charge, settlement: Settlement) -> int:
    """Fen of a charge that go back to the payer and are not ordered yet, as far as they are held."""
    back = charge.fen - settlement.released_fen - ordered_of(charge, "refund")
    return max(0, min(back, held_for(charge)))


@transaction.atomic
def refund_milestone(*, milestone: Milestone, by: User | None, at: dt.datetime) -> Order:
    """Order back to the payer what the settlement says. Raises NotDue."""
    locked = locked_milestone(milestone)
    charge, settlement = charge_of(locked), settlement_of(locked)
    if charge is None or settlement is None or not _moves(locked.contract, at=at):
        raise NotDue
    if not (fen := refund_due(charge, settlement)):
        raise NotDue
    try:
        order = order_refund(charge=charge, fen=fen, reason=locked.name, by=by)
    except NotHeld as refusal:
        raise NotDue from refusal
    Refund.objects.create(settlement=settlement, order=order)
    body = {"milestone": locked.position, "name": locked.name, "order": order.key}
    record(kind="contracts.refund", subject=locked.contract, actor=by, body=body, noticeable=False)
    return order


def _moves(contract: Contract, *, at: dt.datetime) -> bool:
    return contract.state_at(at) in (State.IN_FORCE, State.TERMINATED)


def refund_what_is_due(*, at: dt.datetime, contract: Contract | None = None) -> int:
    """Order back whatever settlements say and is held; returns how many. Safe to run twice."""
    done = 0
    for milestone in to_refund(contract):
        try:
            refund_milestone(milestone=milestone, by=None, at=at)
            done += 1
        except NotDue:
            continue
    return done


@transaction.atomic
def charge_settled_again(*, milestone: Milestone, at: dt.datetime) -> Charge | None:
    """A payment that had begun before the settlement failed: what is owed becomes what is left of it."""
    locked = locked_milestone(milestone)
    settlement = settlement_of(locked)
    return charge_what_is_left(locked, settlement, by=None, at=at) if settlement else charge_of(locked)
