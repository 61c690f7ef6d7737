"""Jobs of sweeps."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from .errors import SweepRunning
from .operations import carry_on, start_sweep
from .queries import STUCK, last_done, running

SLICE = dt.timedelta(seconds=10)  # below the broker's patience; what is left is queued again


@shared_task(name="decoupling.sweep_nightly")
def sweep_nightly() -> int:
    """Begin the night's sweep; 0 where one is under way or was made today. Safe to run twice."""
    now = database_now()
    today, last = timezone.localdate(now), last_done()
    if last is not None and last.on >= today and last.asked_by_id is None:
        return 0
    try:
        return start_sweep(on=today, by=None, at=now).pk
    except SweepRunning:
        return 0


@shared_task(name="decoupling.carry_sweep")
def carry_sweep(pk: int) -> str:
    """Batches of a sweep for a few seconds; what is left goes back to the queue. Safe to run twice."""
    until = database_now() + SLICE
    status = "running"
    while status == "running" and database_now() < until:
        status = carry_on(pk=pk, at=database_now())
    if status == "running":
        carry_sweep.delay(pk)
    return status


@shared_task(name="decoupling.resume_sweeps")
def resume_sweeps() -> int:
    """Queue again a sweep whose worker is gone; returns how many."""
    left = running()
    if left is None or left.moved_at > database_now() - STUCK:
        return 0
    carry_sweep.delay(left.pk)
    return 1
