"""Delivery of effects: at least once, each effect once per entry."""

import contextlib
import time

from celery import shared_task

from .auditing import audit, raise_alarms
from .cosigning import collect
from .logkey import NoLogKey
from .models import Heartbeat
from .outbox import attempt, claim
from .queries import database_now
from .sequencing import sequence, sign_checkpoint

BATCH = 200
SECONDS = 10.0


@shared_task(name="ledger.deliver")
def deliver(entry_id: int) -> None:
    """Try each effect of an entry that is due. Safe to call twice or at the same time.

    Raises ExceptionGroup for the worker's log; the outbox knows when to try again.
    """
    failures = []
    while (row := claim(at=database_now(), entry_id=entry_id)) is not None:
        if (failure := attempt(row, at=database_now())) is not None:
            failures.append(failure)
    if failures:
        raise ExceptionGroup(f"effects of entry {entry_id} failed", failures)


@shared_task(name="ledger.redeliver")
def redeliver() -> int:
    """Try what is due, the one due longest first; returns how many were tried.

    Bounded in number and time: what failed goes behind whatever waits, so nothing is starved.
    """
    tried, until = 0, time.monotonic() + SECONDS
    while tried < BATCH and time.monotonic() < until:
        row = claim(at=database_now())
        if row is None:
            break
        attempt(row, at=database_now())
        tried += 1
    return tried


@shared_task(name="ledger.heartbeat", ignore_result=True)
def heartbeat() -> None:
    """Sent by beat, run by a worker: says that both are alive."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"beaten_at": database_now()})


@shared_task(name="ledger.sequence", ignore_result=True)
def integrate() -> int:
    """Take in what waits for its place in the tree, and sign the tree where this process has the key."""
    taken = 0
    while done := sequence():
        taken += done
    with contextlib.suppress(NoLogKey):
        sign_checkpoint()
    return taken


@shared_task(name="ledger.collect", ignore_result=True)
def collect_cosignatures() -> int:
    """Ask the witnesses for what they have not cosigned yet; returns how many lines came."""
    return collect(at=database_now())


@shared_task(name="ledger.audit", ignore_result=True)
def audit_nightly() -> int:
    """Recompute the whole record; what differs becomes an alarm. Returns how many differences."""
    return len(raise_alarms(audit()))
