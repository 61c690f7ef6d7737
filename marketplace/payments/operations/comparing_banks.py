"""What banks' statements say of the last weeks' transfers, beside what was recorded of them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from regulation.parties.models import Entity

from ..bank_queries import account_holders, comparison, parties_of
from ..banking.matching import Compared, Result
from ..books import to_yuan
from ..models.order import OrderKind
from .comparing import LOOK_BACK


def compare_with_banks(*, at: dt.datetime) -> tuple[int, list[dict[str, Any]]]:
    """How many lines and transfers were compared, and each that does not fit and waits for nothing more.

    Of every account whose statements are here, the operating centre's and parties' alike. Nothing is changed.
    """
    today = timezone.localdate(at)
    days = (today - LOOK_BACK, today + dt.timedelta(days=1))
    compared, told = 0, []
    for holder in account_holders():
        found = comparison(holder, days, today=today)
        compared += len(found)
        told += differences(holder, found)
    return compared, told


def differences(holder: Entity | None, found: list[Compared]) -> list[dict[str, Any]]:
    """What is due of a comparison, as findings tell it.

    The party is whoever pays or is paid by the transfer; where none is recorded, whose statement it is, or
    whose named account the bank names. A line of nobody known is told without a party.
    """
    due = [one for one in found if one.due]
    owners = parties_of(one.line.of for one in due if one.line is not None and one.transfer is None)
    return [_told(holder, one, owners) for one in due]


def _told(holder: Entity | None, one: Compared, owners: dict[int, Entity]) -> dict[str, Any]:
    transfer = one.transfer.of if one.transfer is not None else None
    line = one.line.of if one.line is not None else None
    party = holder
    if transfer is not None:
        charge = transfer.order.charge
        party = charge.payee if transfer.order.kind == OrderKind.RELEASE else charge.payer
    elif holder is None and line is not None:
        party = owners.get(line.pk)
    told: dict[str, Any] = {
        "what": f"bank_{one.result}",
        "party": party.urn if party is not None else "",
        "ours": _said(one.result, one.transfer),
        "theirs": _said(one.result, one.line),
    }
    if transfer is not None:
        told["charge"] = transfer.order.charge.ref
    if line is not None:
        told |= {"statement": line.statement.ref, "line": line.urn}
    return told


def _said(result: Result, side: Any) -> str:
    """The number where that is what differs, the sum elsewhere."""
    if side is None:
        return ""
    return side.number if result is Result.NUMBER else str(to_yuan(side.fen))
