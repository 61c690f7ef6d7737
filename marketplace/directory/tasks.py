"""Jobs of this room."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from regulation.ledger.queries import database_now

from .operations import end_suspension, recheck_offer
from .queries import offers_reached, suspensions_over

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


@shared_task(name="directory.end_suspensions")
def end_suspensions() -> int:
    """Suspensions whose time is over end, by the database's clock; returns how many. Safe to run twice."""
    now = database_now()
    return sum(end_suspension(sanction=one, at=now) for one in suspensions_over(now)[:200])
