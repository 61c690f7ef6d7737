"""Delivery of effects: at least once, each effect once per entry."""

import datetime as dt

from celery import shared_task
from django.db import transaction

from .effects import effects_of
from .models import Delivery, Entry, Heartbeat
from .queries import database_now, undelivered

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
