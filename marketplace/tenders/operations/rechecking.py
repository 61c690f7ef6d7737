"""What a change reaches is checked again in slices, so that no worker is taken for dead over it."""

import datetime as dt
from functools import partial

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now

from ..models import Recheck
from ..queries import awards_reached, live_bids_reached
from .gating import recheck_award, recheck_bid

AT_ONCE = 20  # more than an effect does by itself is a Recheck of its own


@transaction.atomic
def recheck_reached(*, entry: Entry, entities: list[int] | None, at: dt.datetime) -> Recheck | None:
    """Ask the gate again about all that a change reaches: at once where it is little, or else by a job.

    Bids of one tender come together and tenders in one order, so that two changes do not wait for each other.
    """
    bids = list(live_bids_reached(entities)[: AT_ONCE + 1])
    awards = list(awards_reached(entities)[: AT_ONCE + 1])
    if len(bids) + len(awards) <= AT_ONCE:
        for bid in sorted(bids, key=lambda one: (one.tender_id, one.pk)):
            recheck_bid(bid=bid, at=at)
        for award in awards:
            recheck_award(award=award, at=at)
        return None
    made, _new = Recheck.objects.get_or_create(entry=entry, defaults={"reached": entities})
    transaction.on_commit(partial(queue, made.pk), robust=True)
    return made


def queue(pk: int) -> None:
    """Send a recheck to a worker. A broker that is away loses nothing: beat sends it again."""
    current_app.send_task("tenders.carry_recheck", [pk], retry=False)


def carry_on(*, pk: int, until: dt.datetime) -> bool:
    """Bids, then awards, each in a transaction of its own, until a moment; whether all is done.

    Safe to call twice, and by two workers at once: what was found stands, and is found again.
    """
    one = Recheck.objects.get(pk=pk)
    if one.finished_at is not None:
        return True
    for bid in live_bids_reached(one.reached).filter(pk__gt=one.last_bid).iterator(chunk_size=100):
        if (now := database_now()) >= until:
            return False
        recheck_bid(bid=bid, at=now)
        _moved(pk, at=now, last_bid=bid.pk)
    for award in awards_reached(one.reached).filter(pk__gt=one.last_award).iterator(chunk_size=100):
        if (now := database_now()) >= until:
            return False
        recheck_award(award=award, at=now)
        _moved(pk, at=now, last_award=award.pk)
    Recheck.objects.filter(pk=pk, finished_at__isnull=True).update(finished_at=database_now())
    return True


def _moved(pk: int, *, at: dt.datetime, **last: int) -> None:
    further = {name: Greatest(F(name), key) for name, key in last.items()}
    Recheck.objects.filter(pk=pk).update(moved_at=at, done=F("done") + 1, **further)
