"""Contracts whose work is over, after a change of interests or rules: judged by the days they ran.

Nothing is suspended, since nothing is open any more; a conflict becomes a finding (DESIGN §4). An interest
that began when the work was over says nothing of it.
"""

import datetime as dt
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone

from marketplace.tenders.operations import recheck_past
from regulation.decoupling.queries import reached_by_entry
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.parties.models import Interest

from ..models import Contract
from ..queries import contracts_over

AT_ONCE = 20  # more than an effect does by itself goes to a job
SLICE = dt.timedelta(seconds=10)  # below the broker's patience; what is left is queued again
ABOUT = "parties.interest/"


def look_back_after(*, entry: Entry, at: dt.datetime) -> bool:
    """Judge again what is over and what an entry reaches: at once where it is little, or else by a job.

    Whether it was done at once. Safe to call twice.
    """
    if contracts_over(reached_by_entry(entry))[AT_ONCE:].exists():
        transaction.on_commit(partial(queue, entry.pk, 0), robust=True)
        return False
    for contract in contracts_over(reached_by_entry(entry)):
        look_back(contract=contract, entry=entry, at=at)
    return True


def queue(entry: int, after: int) -> None:
    """Send what is left to a worker."""
    current_app.send_task("contracts.look_back", [entry, after])


def carry_on(*, entry: Entry, after: int) -> int:
    """The contracts whose key is beyond `after`, in slices; how many were judged. Safe to run twice."""
    until, done = database_now() + SLICE, 0
    for contract in contracts_over(reached_by_entry(entry)).filter(pk__gt=after).iterator(chunk_size=100):
        if database_now() >= until:
            queue(entry.pk, after)
            break
        look_back(contract=contract, entry=entry, at=database_now())
        after, done = contract.pk, done + 1
    return done


def look_back(*, contract: Contract, entry: Entry, at: dt.datetime) -> int:
    """Judge one contract by its first and its last day, and by the first day in between on which the interest
    that the entry tells of was held; on how many of them it was conflicted."""
    days = sorted(days_of(contract, _interest_of(entry)))
    made = [recheck_past(award=contract.award, on=day, at=at) for day in days]
    return sum(one is not None for one in made)


def days_of(contract: Contract, interest: Interest | None) -> set[dt.date]:
    """The day it was signed, the day its work was over, and the first day of an interest in between."""
    over = contract.completed_at or contract.terminated_at
    if contract.signed_at is None or over is None:
        return set()
    first, last = timezone.localdate(contract.signed_at), timezone.localdate(over)
    begins = interest.held.lower if interest is not None else None
    return {first, last} | ({begins} if begins is not None and first < begins < last else set())


def _interest_of(entry: Entry) -> Interest | None:
    """The interest that an entry is about, if it is about one."""
    key = entry.subject.removeprefix(ABOUT)
    if key == entry.subject or not (key.isascii() and key.isdigit() and len(key) < 18):
        return None
    return Interest.objects.filter(pk=int(key)).first()
