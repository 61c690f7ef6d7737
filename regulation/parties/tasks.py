"""Jobs of this room."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from . import operations
from .exchange.operations import forget_staged
from .exchange.operations import run_import as run
from .models import InterestImport, InterestImportState
from .queries import declaring_entities, due_on, last_declaration

SETTLING = dt.timedelta(seconds=20)
STAGED_KEPT = dt.timedelta(days=7)


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


@shared_task(name="parties.run_import")
def run_import(pk: int) -> str:
    """Check or write an import; returns its state afterwards. Safe to run twice or at the same time."""
    return run(pk=pk, at=database_now())


@shared_task(name="parties.resume_imports")
def resume_imports() -> int:
    """Send again what a worker or broker that went away left; returns how many."""
    running = [InterestImportState.WAITING, InterestImportState.CONFIRMED]
    late = InterestImport.objects.filter(state__in=running, created_at__lt=database_now() - SETTLING)
    keys = list(late.values_list("pk", flat=True))
    for pk in keys:
        run_import.delay(pk)
    return len(keys)


@shared_task(name="parties.forget_notices")
def forget_old_notices() -> int:
    """Remove notices older than 400 days, some thousand at a time; returns how many."""
    return operations.forget_notices(at=database_now())


@shared_task(name="parties.forget_staged")
def forget_staged_imports() -> int:
    """Give up imports that nobody confirmed within a week; returns how many."""
    return forget_staged(before=database_now() - STAGED_KEPT)
