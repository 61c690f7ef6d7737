"""What a contract in force waits for: from the reader, and from the other sides."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.payments.models import Order
from marketplace.payments.models.order import OrderKind
from marketplace.payments.queries import open_account

from ..life import Step
from ..models import Contract, Dispute


def _named(row: dict[str, Any]) -> str:
    return str(row["shown"])


def _of_work(row: dict[str, Any], step: Step, disputes: dict[int, Dispute]) -> tuple[str, str, Any, str]:
    """From which side a milestone waits for what, by when, and where it is done."""
    milestone, name = row["milestone"], {"name": _named(row)}
    if step is Step.DISPUTED and milestone.pk in disputes:
        held = disputes[milestone.pk]
        by = held.cure_until if held.asked_at is None else None
        return "", _("Settle the dispute: %(name)s") % name, by, held.get_absolute_url()
    said = {
        Step.PLANNED: ("seller", _("Begin: %(name)s"), milestone.due_on),
        Step.STARTED: ("seller", _("Hand in: %(name)s"), milestone.due_on),
        Step.RETURNED: ("seller", _("Mend and hand in again: %(name)s"), milestone.due_on),
        Step.SUBMITTED: ("buyer", _("Examine: %(name)s. Silence accepts it."), milestone.silence_until),
    }
    side, text, by = said[step]
    return side, text % name, by, row["url"]


def _begun(rows: Iterable[dict[str, Any]]) -> set[int]:
    """Charges whose payment was begun, or made."""
    charges = [row["charge"].pk for row in rows if row["charge"]]
    held = Order.objects.filter(charge__in=charges, kind=OrderKind.FUND, failed_at__isnull=True)
    return set(held.values_list("charge_id", flat=True))


def _all(
    contract: Contract, rows: list[dict[str, Any]], disputes: Iterable[Dispute], now: Any
) -> Iterator[tuple[str, str, Any, str]]:
    standing = {one.milestone_id: one for one in disputes if one.closed_at is None}
    begun = _begun(rows)
    payer = "buyer" if contract.payer_id == contract.buyer_id else "payer"
    for row in rows:
        step, charge = row["milestone"].state_at(now), row["charge"]
        open_ = step not in (Step.ACCEPTED, Step.CANCELLED)
        if charge and charge.pk not in begun and not charge.cancelled_at:
            text = _("Pay in, to be held: %(name)s") % {"name": _named(row)}
            yield payer, text, None, charge.get_absolute_url()
        if open_:
            yield _of_work(row, step, standing)
            break  # work goes one milestone after the other; what is paid in early is held
    charge = next((row["charge"] for row in rows if row["charge"]), None)
    account = open_account(contract.seller, charge.provider) if charge else None
    if charge and (account is None or account.ready_at is None):
        yield "seller", _("Name the account you are paid to"), None, reverse("payments:account")


def next_steps(
    contract: Contract, side: str, rows: list[dict[str, Any]], disputes: Iterable[Dispute], now: Any
) -> dict[str, list[dict[str, Any]]]:
    """For a side: what waits for it (`yours`), and what others do next (`theirs`), each with its place."""
    told: dict[str, list[dict[str, Any]]] = {"yours": [], "theirs": []}
    for of, text, by, url in _all(contract, rows, disputes, now):
        told["yours" if of in ("", side) else "theirs"].append({"title": text, "by": by, "url": url})
    return told
