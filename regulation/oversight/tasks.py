"""Jobs of this room."""

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from . import operations
from .queries import overdue_unnoted


@shared_task(name="oversight.note_overdue")
def note_overdue() -> int:
    """Note every report whose last day has gone by; returns how many are new. Safe to run twice."""
    now = database_now()
    today = timezone.localdate(now)
    late = list(overdue_unnoted(today=today))
    return sum(operations.note_overdue(report=report, at=now, today=today) for report in late)


@shared_task(name="oversight.clear_unfiled")
def clear_unfiled() -> int:
    """Remove files of reports that were never filed; returns how many."""
    return operations.clear_unfiled_evidence(at=database_now())
