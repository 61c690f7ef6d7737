"""Jobs of this room."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from .operations import recheck_offer
from .queries import offers_reached

SLICE = dt.timedelta(seconds=10)  # below the broker's patience; what is left is queued again


@shared_task(name="directory.recheck_offers")
def recheck_offers(after: int = 0, entities: list[int] | None = None) -> int:
    """Ask the gate again about every offer, or those of these entities, for a few seconds; what is left goes
    back to the queue. Returns how many.

    Each night for all: days pass without an entry, and interests, rules and exemptions begin and end with
    them. Safe to run twice.
    """
    until, done = database_now() + SLICE, 0
    reached = offers_reached(entities, on=timezone.localdate(database_now()))
    for offer in reached.filter(pk__gt=after).iterator(chunk_size=100):
        if database_now() >= until:
            recheck_offers.delay(after, entities)
            break
        recheck_offer(offer=offer, at=database_now())
        after, done = offer.pk, done + 1
    return done
