"""Jobs of this room."""

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from . import operations
from .queries import declaring_entities, due_on, last_declaration


@shared_task(name="parties.note_late_declarations")
def note_late_declarations() -> int:
    """Note every declaration whose day has gone by, and what contradicts the newest.

    Returns how many are new.

    Safe to run twice.
    """
    now = database_now()
    today, found = timezone.localdate(now), 0
    for entity in declaring_entities().iterator(chunk_size=500):
        last = last_declaration(entity)
        due = due_on(entity, last)
        if due < today:
            found += operations.note_late(entity=entity, due=due, declaration=None, at=now) is not None
        if last is not None:
            found += len(operations.compare_declaration(declaration=last))
    return found


@shared_task(name="parties.refresh_suggestions")
def refresh_suggestions() -> int:
    """Look for records that may be one; returns how many pairs are new. Safe to run twice."""
    return operations.refresh_suggestions()
