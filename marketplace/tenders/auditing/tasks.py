"""Jobs of audits."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from .errors import AuditRunning
from .operations import carry_on, start_reaudit
from .queries import STUCK, last_done, running

SLICE = dt.timedelta(seconds=10)


@shared_task(name="tenders.reaudit_nightly")
def reaudit_nightly() -> int:
    """Begin the night's audit of awards; 0 where one is under way or was made today. Safe to run twice."""
    now = database_now()
    today, last = timezone.localdate(now), last_done()
    if last is not None and last.asked_by_id is None and timezone.localdate(last.known_at) >= today:
        return 0
    try:
        return start_reaudit(by=None, at=now).pk
    except AuditRunning:
        return 0


@shared_task(name="tenders.carry_reaudit")
def carry_reaudit(pk: int) -> str:
    """Batches of an audit for a few seconds; what is left goes back to the queue. Safe to run twice."""
    until, status = database_now() + SLICE, "running"
    while status == "running" and database_now() < until:
        status = carry_on(pk=pk, at=database_now())
    if status == "running":
        carry_reaudit.delay(pk)
    return status


@shared_task(name="tenders.resume_reaudits")
def resume_reaudits() -> int:
    """Queue again an audit whose worker is gone; returns how many."""
    left = running()
    if left is None or left.moved_at > database_now() - STUCK:
        return 0
    carry_reaudit.delay(left.pk)
    return 1
