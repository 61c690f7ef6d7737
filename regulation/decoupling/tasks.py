"""Jobs of this room."""

from celery import shared_task

from regulation.ledger.queries import database_now

from .operations import note_overdue


@shared_task(name="decoupling.note_overdue")
def note_overdue_referrals() -> int:
    """Mark what two regulators did not answer in time; returns how many. Safe to run twice."""
    return note_overdue(at=database_now())
