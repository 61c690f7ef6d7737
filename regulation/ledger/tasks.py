"""Delivery of effects: at least once, each effect once per entry."""

import contextlib
import datetime as dt

from celery import shared_task
from django.db import transaction

from .auditing import audit, raise_alarms
from .effects import effects_of
from .logkey import NoLogKey
from .models import Delivery, Entry, Heartbeat
from .queries import database_now, undelivered
from .sequencing import sequence, sign_checkpoint

SETTLING = dt.timedelta(seconds=15)
BATCH = 200


@shared_task(
    name="ledger.deliver",
    autoretry_for=(Exception,),
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=8,
)
def deliver(entry_id: int) -> None:
    """Run each effect of an entry once. Safe to call twice or at the same time."""
    entry = Entry.objects.select_related("actor").get(pk=entry_id)
    failures = []
    for name, effect in effects_of(entry.kind).items():
        try:
            with transaction.atomic():
                _, first = Delivery.objects.get_or_create(entry=entry, effect=name)
                if first:
                    effect(entry)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup(f"effects of entry {entry_id} failed", failures)


@shared_task(name="ledger.redeliver")
def redeliver() -> int:
    """Queue again what lacks its delivery; returns how many entries."""
    late = list(undelivered(before=database_now() - SETTLING).values_list("pk", flat=True)[:BATCH])
    for entry_id in late:
        deliver.delay(entry_id)
    return len(late)


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


@shared_task(name="ledger.audit", ignore_result=True)
def audit_nightly() -> int:
    """Recompute the whole record; what differs becomes an alarm. Returns how many differences."""
    return len(raise_alarms(audit()))
