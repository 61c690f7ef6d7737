"""Every day: contracts beside what is owed and paid, orders beside what the provider says of them, recorded
transfers beside what banks' statements say."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace.payments.books import Account, to_yuan
from marketplace.payments.operations import compare_with_banks, compare_with_provider
from regulation.ledger.operations import record

from ..models import Contract, Milestone, Reconciliation
from ..queries import money_of, signed_contracts

PATIENCE = dt.timedelta(days=3)  # accepted and held that long, and not paid out, is told
AT_ONCE = 100


def _told(what: str, contract: Contract, party: Any, ours: int, theirs: int) -> dict[str, Any]:
    return {
        "what": what,
        "contract": contract.ref,
        "party": party.urn,
        "ours": str(to_yuan(ours)),
        "theirs": str(to_yuan(theirs)),
    }


def _of_contract(
    contract: Contract, milestones: list[Milestone], money: dict[int, dict[str, Any]], at: dt.datetime
) -> list[dict[str, Any]]:
    """What does not fit in one contract: owed, paid in, held, paid out."""
    settled = {m.pk: m.settlement for m in milestones if hasattr(m, "settlement")}
    going = [m for m in milestones if m.cancelled_at is None or m.pk in settled]
    owed = sum(m.fen for m in going if m.pk in settled)
    owed += sum(money[m.pk]["charge"].fen for m in going if m.pk in money and m.pk not in settled)
    found = []
    if owed != contract.price * 100:
        found.append(_told("charged", contract, contract.payer, int(contract.price * 100), owed))
    for milestone in going:
        told = money.get(milestone.pk)
        if told is None:
            continue
        out = told[Account.INTERMEDIARY] + told[Account.FEE]
        due = milestone.fen if milestone.accepted_at else 0
        if (settlement := settled.get(milestone.pk)) is not None:
            due = settlement.released_fen
        if out > due:
            found.append(_told("overpaid", contract, contract.seller, due, out))
        since = settlement.made_at if settlement else milestone.accepted_at
        waits = since is not None and since < at - PATIENCE
        if waits and told[Account.HELD] > 0 and not contract.suspended_at:
            found.append(_told("waits", contract, contract.payer, told[Account.HELD], 0))
        late = milestone.due_on is not None and milestone.due_on < timezone.localdate(at)
        if late and not told[Account.OWNER] and not contract.suspended_at:
            found.append(_told("unpaid", contract, contract.payer, milestone.fen, 0))
    return found


def _of_contracts(at: dt.datetime) -> tuple[int, list[dict[str, Any]]]:
    """How many signed contracts were looked at, and what does not fit; a batch takes three queries."""
    seen, found = 0, []
    running = signed_contracts().filter(terminated_at__isnull=True).prefetch_related("milestones__settlement")
    keys = list(running.order_by("pk").values_list("pk", flat=True))
    for n in range(0, len(keys), AT_ONCE):
        batch = list(running.filter(pk__in=keys[n : n + AT_ONCE]))
        money = money_of([m for contract in batch for m in contract.milestones.all()])
        for contract in batch:
            seen += 1
            found += _of_contract(contract, list(contract.milestones.all()), money, at)
    return seen, found


def reconcile(*, at: dt.datetime) -> Reconciliation:
    """Compare, once a day; the same day again gives the same row. No transaction waits for the provider."""
    on = timezone.localdate(at)
    there = Reconciliation.objects.filter(on=on).first()
    if there is not None:
        return there
    orders, told = compare_with_provider(at=at)
    lines, banked = compare_with_banks(at=at)
    contracts, differ = _of_contracts(at)
    with transaction.atomic():
        made, new = Reconciliation.objects.get_or_create(
            on=on,
            defaults={
                "contracts": contracts,
                "orders": orders,
                "bank_rows": lines,
                "differences": differ + told + banked,
            },
        )
        if new:
            body = {"on": on.isoformat(), "contracts": contracts, "orders": orders, "bank_rows": lines}
            record(
                kind="contracts.reconciled",
                subject=made,
                actor=None,
                body=body | {"differences": made.differences},
                noticeable=False,
            )
    return made
