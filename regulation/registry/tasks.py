"""Jobs of this room."""

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from .operations import note_lapse
from .queries import lapsed_rulings


@shared_task(name="registry.note_lapsed")
def note_lapsed() -> int:
    """Note every demand whose legal basis has ended by today; returns how many are new. Safe to run twice."""
    today = timezone.localdate(database_now())
    return sum(note_lapse(ruling=ruling, on=today) for ruling in lapsed_rulings(on=today).iterator())
