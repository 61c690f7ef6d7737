"""What every operation of this room shares: the lock, and the event with its ledger entry."""

import datetime as dt
from typing import Any

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import NotOpen, NotTaken, OwnDepartment, OwnReport
from ..models import Event, EventKind, Report
from ..queries import own_departments
from ..states import OPEN, state_of


def locked(report: Report) -> Report:
    """The report, for this transaction alone."""
    found = Report.objects.select_for_update(of=("self",), no_key=True).select_related("answer")
    return found.get(pk=report.pk)


def state(report: Report) -> str:
    """The report's state now."""
    return state_of(report, answer_round=report.answer.round if report.answer else None)


def stand_apart(report: Report, *, by: User) -> None:
    """Raises OwnReport to who filed or entered it, OwnDepartment to who acts for the department."""
    if by.pk in (report.reporter_id, report.assisted_by_id):
        raise OwnReport
    if own_departments(by.pk).filter(entity=report.department_id).exists():
        raise OwnDepartment


def in_hand(report: Report, *, by: User) -> Report:
    """The report, locked, while it is open and `by` handles it. Raises NotOpen, NotTaken, OwnDepartment."""
    held = locked(report)
    if state(held) not in OPEN:
        raise NotOpen
    if held.handler_id != by.pk:
        raise NotTaken
    stand_apart(held, by=by)
    return held


def tell(
    report: Report,
    kind: EventKind,
    *,
    actor: User | None,
    at: dt.datetime,
    text: str = "",
    **body: Any,
) -> None:
    """Add to the report's history and to the ledger.

    Neither `text` nor any name but the actor's goes to the ledger, and a reporter is never the actor.
    """
    Event.objects.create(report=report, kind=kind, actor=actor, text=text, at=at)
    record(
        kind=f"oversight.report_{kind}",
        subject=report,
        actor=actor,
        body={"report": report.ref, "at": at.isoformat(), **body},
    )
