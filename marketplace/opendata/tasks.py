"""Jobs of this room."""

import datetime as dt

from celery import shared_task

from regulation.ledger.queries import database_now

from .operations import forget_answers

KEPT = dt.timedelta(days=7)


@shared_task(name="opendata.forget_answers")
def forget_old_answers() -> int:
    """Forget what was answered more than a week ago; returns how many. Safe to run twice."""
    return forget_answers(before=database_now() - KEPT)
