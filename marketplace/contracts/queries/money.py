"""What is owed, held and paid of a contract."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from marketplace.payments.books import Account
from marketplace.payments.models import Charge, Hold, Order, PostingLine
from marketplace.payments.queries import balances_of

from ..models import Contract, Milestone, MilestoneCharge, Settlement


def charge_of(milestone: Milestone) -> Charge | None:
    """What is owed for a milestone now."""
    held = milestone.charges.filter(ended_at__isnull=True).select_related("charge").first()
    return held.charge if held else None


def held_for(charge: Charge) -> int:
    """Fen held for a charge that no standing order takes out."""
    told = balances_of([charge.pk])[charge.pk][Account.HELD]
    waiting = charge.orders.filter(
        kind__in=["release", "refund"], failed_at__isnull=True, posting__isnull=True
    ).aggregate(n=Sum("fen"))["n"]
    return int(told) - int(waiting or 0)


def money_of(milestones: list[Milestone]) -> dict[int, dict[str, Any]]:
    """By milestone its charge and what lies where, in two queries for all."""
    found = MilestoneCharge.objects.filter(milestone__in=milestones, ended_at__isnull=True)
    charges = {one.milestone_id: one.charge for one in found.select_related("charge")}
    told = balances_of(charge.pk for charge in charges.values())
    return {pk: {"charge": charge, **told[charge.pk]} for pk, charge in charges.items()}


def paid_out(milestones: list[Milestone]) -> dict[int, int]:
    """By milestone the fen that came to the seller, the fee of the site included."""
    money = money_of(milestones)
    nothing: dict[str, int] = {}
    return {
        m.pk: int(sum(money.get(m.pk, nothing).get(a, 0) for a in (Account.INTERMEDIARY, Account.FEE)))
        for m in milestones
    }


def to_pay_out(contract: Contract | None = None) -> list[Milestone]:
    """Accepted or settled milestones with money held that no order takes out, and no suspended contract's."""
    held = (
        PostingLine.objects.filter(account=Account.HELD, charge=OuterRef("charge"))
        .order_by()
        .values("charge")
        .annotate(n=Sum("fen"))
        .values("n")
    )
    ordered = Order.objects.filter(
        charge=OuterRef("charge"), kind="release", failed_at__isnull=True, posting__isnull=True
    )
    ready = MilestoneCharge.objects.filter(
        Q(milestone__accepted_at__isnull=False) | Q(milestone__settlement__released_fen__gt=0),
        ~Exists(ordered),
        ~Exists(Hold.objects.filter(charge=OuterRef("charge"), ended_at__isnull=True)),
        ended_at__isnull=True,
        milestone__contract__suspended_at__isnull=True,
        milestone__contract__completed_at__isnull=True,
    ).annotate(held=Subquery(held))
    if contract is not None:
        ready = ready.filter(milestone__contract=contract)
    found = ready.filter(held__gt=0).select_related("milestone__contract").order_by("pk")
    return [one.milestone for one in found[:200]]


def comes_to(contract: Contract) -> int:
    """Fen that the contract comes to: its price, less what settlements send back."""
    found = Settlement.objects.filter(milestone__contract=contract)
    return int(contract.price * 100) - int(found.aggregate(n=Sum("refunded_fen"))["n"] or 0)
