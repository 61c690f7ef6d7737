"""When interests, merges, exemptions, answers or rules change, the offers they reach are checked again."""

from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone

from regulation.decoupling.queries import CHANGES, reached_by_entry
from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now

from .noticing import OFFERS, notice_of_offer
from .operations import recheck_offer
from .queries import offers_reached

AT_ONCE = 300  # more than an effect does by itself go to a job that runs in slices


@effect(*CHANGES)
def recheck_offers_after_change(entry: Entry) -> None:
    """Every offer the change can reach, within the minute."""
    entities = reached_by_entry(entry)
    reached = list(offers_reached(entities, on=timezone.localdate(database_now()))[: AT_ONCE + 1])
    if len(reached) > AT_ONCE:
        transaction.on_commit(partial(current_app.send_task, "directory.recheck_offers", [0, entities]))
        return
    for offer in reached:
        recheck_offer(offer=offer, at=database_now())


@effect(*OFFERS)
def tell_of_offer(entry: Entry) -> None:
    """A price that was set aside or stands again, in its firm's inbox."""
    notice_of_offer(entry)
