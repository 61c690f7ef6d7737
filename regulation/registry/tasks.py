"""Jobs of this room."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from .exchange import operations as exchange
from .exchange.queries import unfinished_imports
from .operations import compact_cells, follow_measure, note_lapse, publish_due, tell_reader
from .queries import approvals_behind_measures, due_for_publication, lapsed_rulings, readers_to_tell

FILES_KEPT = dt.timedelta(days=30)
SETTLING = dt.timedelta(seconds=15)


@shared_task(name="registry.note_lapsed")
def note_lapsed() -> int:
    """Note every demand whose legal basis has ended by today; returns how many are new. Safe to run twice."""
    today = timezone.localdate(database_now())
    return sum(note_lapse(ruling=ruling, on=today) for ruling in lapsed_rulings(on=today).iterator())


@shared_task(name="registry.send_digests")
def send_digests() -> int:
    """Send each reader what changed in what they follow, where a digest is due; returns how many readers.

    Safe to run twice: what was told is noted in the transaction that tells it.
    """
    now, told, failures = database_now(), 0, []
    for user in readers_to_tell(now=now).iterator():
        try:
            told += bool(tell_reader(user=user, now=now))
        except OSError as failure:  # the mail server is away for this one; the next run tries again
            failures.append(failure)
    if failures:
        raise ExceptionGroup("digests that could not be sent", failures)
    return told


@shared_task(name="registry.follow_measures")
def follow_measures() -> int:
    """Where a measure begins or ends today, the approval's committed days follow it. Safe to run twice."""
    today = timezone.localdate(database_now())
    return sum(follow_measure(approval=one, on=today) for one in approvals_behind_measures(on=today))


@shared_task(name="registry.publish_due")
def publish_drafts_due() -> int:
    """Publish each draft whose time has come by the database's clock; returns how many. Safe to repeat."""
    now = database_now()
    return sum(publish_due(ruling=ruling, at=database_now()) for ruling in due_for_publication(now=now))


@shared_task(name="registry.run_import")
def run_import(pk: int) -> str:
    """Check or write an import; returns its state afterwards. Safe to run twice or at the same time."""
    return exchange.run_import(pk=pk, at=database_now())


@shared_task(name="registry.resume_imports")
def resume_imports() -> int:
    """Queue again what a killed worker or an absent broker left lying; returns how many."""
    late = list(unfinished_imports(before=database_now() - SETTLING))
    for pk in late:
        run_import.delay(pk)
    return len(late)


@shared_task(name="registry.forget_import_files")
def forget_import_files() -> int:
    """Forget uploaded files after thirty days; returns how many."""
    return exchange.forget_files(before=database_now() - FILES_KEPT)


@shared_task(name="registry.compact_cells")
def compact() -> int:
    """Fold the counts of search documents; returns how many rows there were. Safe to run twice."""
    return compact_cells()
