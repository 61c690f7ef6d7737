"""What regulators do before an answer, and what editors and the clock do."""

import datetime as dt

from django.db import transaction

from regulation.parties.models import User

from ..errors import AlreadyTaken, NotOpen, SameAsBefore, TextMissing
from ..models import EventKind, Report
from ..queries import leads, overdue_unnoted
from ..states import OPEN, REVIEW
from .story import in_hand, locked, stand_apart, state, tell


@transaction.atomic
def take_report(*, report: Report, by: User, at: dt.datetime) -> Report:
    """A regulator takes a report, or the review of one, in hand.

    Raises NotOpen, AlreadyTaken, OwnReport, OwnDepartment, and SameAsBefore to whoever proposed or confirmed
    the answer under review.
    """
    held = locked(report)
    now = state(held)
    if now not in OPEN:
        raise NotOpen
    if held.handler_id is not None:
        raise AlreadyTaken
    stand_apart(held, by=by)
    if now == REVIEW:
        if held.answer is not None and by.pk in (held.answer.proposed_by_id, held.answer.confirmed_by_id):
            raise SameAsBefore
        held.review_taken_by = by
        held.save(update_fields=["review_taken_by"])
    else:
        held.taken_by, held.taken_at = by, at
        held.save(update_fields=["taken_by", "taken_at"])
    tell(held, EventKind.TAKEN, actor=by, at=at, review=now == REVIEW)
    return held


@transaction.atomic
def ask_view(*, report: Report, text: str, by: User, at: dt.datetime) -> Report:
    """Put on record what the department was asked. Raises NotOpen, NotTaken, TextMissing."""
    return _note(report, EventKind.VIEW_ASKED, text, by=by, at=at)


@transaction.atomic
def record_view(*, report: Report, text: str, by: User, at: dt.datetime) -> Report:
    """Put on record what the department says. Raises NotOpen, NotTaken, TextMissing."""
    return _note(report, EventKind.VIEW_GIVEN, text, by=by, at=at)


def _note(report: Report, kind: EventKind, text: str, *, by: User, at: dt.datetime) -> Report:
    held = in_hand(report, by=by)
    if not text.strip():
        raise TextMissing
    tell(held, kind, actor=by, at=at, text=text.strip())
    return held


@transaction.atomic
def note_overdue(*, report: Report, at: dt.datetime, today: dt.date) -> bool:
    """Note, once, that the last day went by without the answer owed. False if it is noted or answered."""
    held = locked(report)
    if not overdue_unnoted(today=today).filter(pk=held.pk).exists():
        return False
    kind = EventKind.REVIEW_OVERDUE if held.review_asked_at else EventKind.OVERDUE
    tell(held, kind, actor=None, at=at, on=today.isoformat())
    return True


@transaction.atomic
def close_lead(*, report: Report, note: str, by: User, at: dt.datetime) -> Report:
    """An editor says what became of a report that needed a ruling. Raises NotOpen, TextMissing."""
    held = locked(report)
    if not leads().filter(pk=held.pk).exists():
        raise NotOpen
    if not note.strip():
        raise TextMissing
    tell(held, EventKind.LEAD_CLOSED, actor=by, at=at, text=note.strip())
    return held
