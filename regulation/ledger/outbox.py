"""The outbox: what entries still owe. At least once, each effect once per entry, none starved.

A row of Outstanding is made for each effect registered for an entry's kind, by the transaction that records
the entry: both are there or neither. An effect registered later is owed by later entries only. A try is
claimed and counted before it runs, so that one that kills its worker is given up like any other.
"""

import datetime as dt
import random
import traceback
from collections.abc import Callable
from typing import Any

from django.db import transaction

from . import backoff
from .effects import Effect, effects_of
from .models import Delivery, Outstanding
from .operations import record
from .queries import dead_letters, due

LOST, UNKNOWN = "worker lost", "effect is no longer registered"
chance: Callable[[], float] = random.random


def said(failure: BaseException) -> str:
    """The class of a failure and the line it came from: never its text, which may name a person."""
    frames = traceback.extract_tb(failure.__traceback__)
    ours = [f for f in frames if "/site-packages/" not in f.filename] or frames
    where = f" ({ours[-1].filename.rsplit('/', 2)[-2]}/{ours[-1].name}:{ours[-1].lineno})" if ours else ""
    return f"{type(failure).__name__}{where}"[:200]


def claim(*, at: dt.datetime, entry_id: int | None = None) -> Outstanding | None:
    """Take the effect that is due longest, of one entry or of all, for a try; None where none is due.

    Committed before the try: the next one is due after the wait even if nobody comes back from this one.
    One whose tries are used up without an answer is given up instead. Raises nothing.
    """
    while True:
        with transaction.atomic():
            waiting = due(at=at) if entry_id is None else due(at=at).filter(entry=entry_id)
            row = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:
                return None
            if row.tries >= backoff.TRIES:
                _give_up(row, row.error or LOST, at=at)
                continue
            row.tries += 1
            row.next_try_at = at + backoff.wait(row.tries, chance())
            row.save(update_fields=["tries", "next_try_at"])
            return row


def attempt(row: Outstanding, *, at: dt.datetime) -> Exception | None:
    """Run a claimed effect in one transaction with its Delivery; returns what it failed with.

    The row is locked while the effect runs, and gone when it has run: a second worker finds nothing.
    """
    effect: Effect | None = effects_of(row.entry.kind).get(row.effect)
    if effect is None:
        with transaction.atomic():
            _give_up(row, UNKNOWN, at=at)
        return None
    try:
        with transaction.atomic():
            held = Outstanding.objects.select_for_update().filter(pk=row.pk, dead_at=None).first()
            if held is not None:
                Delivery.objects.create(entry=row.entry, effect=row.effect)
                effect(row.entry)
                held.delete()
        return None
    except Exception as failure:
        with transaction.atomic():
            if row.tries >= backoff.TRIES:
                _give_up(row, said(failure), at=at)
            else:
                Outstanding.objects.filter(pk=row.pk).update(error=said(failure))
        return failure


def _give_up(row: Outstanding, error: str, *, at: dt.datetime) -> None:
    Outstanding.objects.filter(pk=row.pk).update(dead_at=at, next_try_at=None, error=error)


class _Subject:
    def __init__(self, urn: str) -> None:
        self.urn = urn


@transaction.atomic
def try_again(*, row: Outstanding, by: Any, at: dt.datetime) -> bool:
    """Put one dead letter back into the queue, with its tries from the start. False where it is not dead."""
    changed = dead_letters().filter(pk=row.pk).update(dead_at=None, next_try_at=at, tries=0)
    if changed:
        body = {"entry": row.entry_id, "effect": row.effect, "error": row.error}
        subject = _Subject(f"ledger.entry/{row.entry_id}")
        record(kind="ledger.delivery_retried", subject=subject, actor=by, body=body, noticeable=False)
    return bool(changed)


@transaction.atomic
def try_all_again(*, effect: str = "", by: Any, at: dt.datetime) -> int:
    """Put every dead letter, or those of one effect, back into the queue; returns how many."""
    dead = dead_letters().filter(effect=effect) if effect else dead_letters()
    changed = dead.update(dead_at=None, next_try_at=at, tries=0)
    if changed:
        body = {"effect": effect, "letters": changed}
        subject = _Subject("ledger.outbox/all")
        record(kind="ledger.deliveries_retried", subject=subject, actor=by, body=body, noticeable=False)
    return changed
