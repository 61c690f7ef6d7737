"""Held money goes out for accepted work, once the gate is clear; the end of a contract."""

import datetime as dt

from django.db import transaction

from marketplace.payments.books import Account
from marketplace.payments.errors import NotHeld, NotOurPayee
from marketplace.payments.models import Charge, Order
from marketplace.payments.operations import order_release
from marketplace.payments.queries import open_account
from regulation.decoupling.models import Gate
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..dispute_queries import ordered_of, settlement_of, settlements_of
from ..errors import GateClosed, NotDue
from ..life import Act, State, Step
from ..models import Contract, Milestone, Payout
from ..queries import charge_of, held_for, money_of, paid_out, to_pay_out
from .acting import do_act, locked_contract, locked_milestone
from .drifting import tell_drift
from .signing import open_gate
from .suspending import suspend_for


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
        charge = charge_of(locked)
        if charge is None or not _due(locked, at=at):
            raise NotDue
        order = order_release(charge=charge, fen=to_release(locked, charge), reason=locked.name, by=by)
        Payout.objects.create(milestone=locked, order=order, gate=gate)
        body = {"milestone": locked.position, "name": locked.name, "order": order.key, "check": gate.urn}
        record(kind="contracts.payout", subject=locked.contract, actor=by, body=body, noticeable=False)
        return order


def to_release(milestone: Milestone, charge: Charge) -> int:
    """Fen held that go out to the seller: all of what is accepted, of what is settled no more than that."""
    held, settlement = held_for(charge), settlement_of(milestone)
    if settlement is not None:
        return max(0, min(held, settlement.released_fen - ordered_of(charge, "release")))
    if milestone.accepted_at is None:
        return 0
    return max(0, min(held, charge.fen - ordered_of(charge, "release")))


def _due(milestone: Milestone, *, at: dt.datetime) -> bool:
    """Accepted or settled, in a contract that is not suspended, with money held that is to go out."""
    charge = charge_of(milestone)
    stands = milestone.contract.state_at(at) in (State.IN_FORCE, State.TERMINATED)
    return (
        stands
        and milestone.state_at(at) in (Step.ACCEPTED, Step.CANCELLED)
        and charge is not None
        and not charge.holds.filter(ended_at__isnull=True).exists()
        and to_release(milestone, charge) > 0
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
    """All work accepted or settled, and paid: it is complete. Whether it is so now; twice changes nothing."""
    locked = locked_contract(contract)
    if locked.state_at(at) is not State.IN_FORCE:
        return False
    milestones = list(locked.milestones.all())
    if not is_paid(milestones):
        return False
    tell_drift(locked, fen=sum(paid_out(milestones).values()))
    do_act(locked, Act.COMPLETE, kind="contracts.completed", by=None, at=at, noticeable=True, completed_at=at)
    return True


def is_paid(milestones: list[Milestone]) -> bool:
    """Whether each is accepted and paid, or settled with each part where it belongs."""
    settled, money = settlements_of(milestones), money_of(milestones)
    for one in milestones:
        told, settlement = money.get(one.pk, {}), settled.get(one.pk)
        owed = settlement.released_fen if settlement else one.fen
        out = told.get(Account.INTERMEDIARY, 0) + told.get(Account.FEE, 0)
        stays = told.get(Account.HELD, 0) or told.get(Account.COVERED, 0)
        if (one.accepted_at is None and settlement is None) or out < owed or stays:
            return False
    return bool(milestones)
