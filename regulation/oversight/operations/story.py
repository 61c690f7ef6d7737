"""What every operation of this room shares: the lock, and the event with its ledger entry."""

import datetime as dt
from typing import Any

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import NotOpen, NotTaken
from ..models import Event, EventKind, Report
from ..states import OPEN, state_of


def locked(report: Report) -> Report:
    """The report, for this transaction alone."""
    found = Report.objects.select_for_update(of=("self",), no_key=True).select_related("answer")
    return found.get(pk=report.pk)


def state(report: Report) -> str:
    """The report's state now."""
    return state_of(report, answer_round=report.answer.round if report.answer else None)


def in_hand(report: Report, *, by: User) -> Report:
    """The report, locked, while it is open and `by` handles it. Raises NotOpen and NotTaken."""
    held = locked(report)
    if state(held) not in OPEN:
        raise NotOpen
    if held.handler_id != by.pk:
        raise NotTaken
    return held


def tell(
    report: Report,
    kind: EventKind,
    *,
    actor: User | None,
    at: dt.datetime,
    text: str = "",
    named: bool = True,
    **body: Any,
) -> None:
    """Add to the report's history and to the ledger. What is not `named` says nothing of who did it."""
    Event.objects.create(report=report, kind=kind, actor=actor if named else None, text=text, at=at)
    record(
        kind=f"oversight.report_{kind}",
        subject=report,
        actor=actor if named else None,
        body={"report": report.ref, "at": at.isoformat(), **body},
    )
