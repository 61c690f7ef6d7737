"""Reads of the ledger."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from .effects import all_effects
from .models import Alarm, Entry, Erasure, Heartbeat, Outcome, Outstanding
from .stories import disclosed_kinds, withheld


def database_now() -> dt.datetime:
    """The database's clock, UTC. Deadlines belong to it (DESIGN §3.10)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment.astimezone(dt.UTC)


def body_of(entry: Entry) -> dict[str, Any]:
    """The entry's body as JSON values; nothing where it was erased, which whoever reads it allows for."""
    body: dict[str, Any] = json.loads(entry.body) if entry.body is not None else {}
    return body


def erasures() -> QuerySet[Erasure]:
    """What was asked to be erased: what waits for a second person first, of each the newest first."""
    found = Erasure.objects.select_related("entry", "asked_by", "decided_by")
    return found.annotate(open=Q(outcome=Outcome.OPEN)).order_by("-open", "-pk")


def erasures_to_decide(user: Any) -> QuerySet[Erasure]:
    """What waits for a second person who is neither the one who asked nor the one who made the entry."""
    waiting = Erasure.objects.waiting().select_related("asked_by")
    return waiting.exclude(asked_by=user).exclude(entry__actor=user)


def erasures_of(entries: Iterable[Entry]) -> dict[int, Erasure]:
    """The erasure of each entry whose content is gone, by the entry's key: one query, or none."""
    gone = [entry.pk for entry in entries if entry.is_erased]
    found = Erasure.objects.filter(entry__in=gone, outcome=Outcome.ERASED) if gone else []
    return {one.entry_id: one for one in found}


def erasable() -> QuerySet[Entry]:
    """Entries whose content may be erased, the newest first: not what the record says of itself, and not yet
    what nobody may count."""
    return Entry.objects.exclude(kind__startswith="ledger.").exclude(withheld()).order_by("-pk")


def due(*, at: dt.datetime) -> QuerySet[Outstanding]:
    """Effects to be tried now, the one that is due longest first: whatever failed has gone to the back."""
    waiting = Outstanding.objects.filter(dead_at__isnull=True, next_try_at__lte=at)
    return waiting.select_related("entry__actor").order_by("next_try_at", "pk")


def dead_letters() -> QuerySet[Outstanding]:
    """Effects given up after their last try, the newest first."""
    dead = Outstanding.objects.filter(dead_at__isnull=False)
    return dead.select_related("entry").order_by("-dead_at", "-pk")


def alarms() -> QuerySet[Alarm]:
    """What audits found to differ: the open ones first, of each the newest first."""
    found = Alarm.objects.select_related("explained_by").annotate(open=Q(explained_at__isnull=True))
    return found.order_by("-open", "-pk")


def open_alarms() -> QuerySet[Alarm]:
    """The alarms nobody has explained, the oldest first."""
    return Alarm.objects.filter(explained_at__isnull=True).order_by("pk")


def told_of(urns: list[str], *, disclosed_only: bool) -> QuerySet[Entry]:
    """The entries about some subjects in the order of the record; only what the public reads if asked so."""
    found = Entry.objects.filter(subject__in=urns).order_by("pk")
    return found.filter(kind__in=disclosed_kinds()) if disclosed_only else found


class Owed(NamedTuple):
    """An effect and the kind of entry it follows."""

    effect: str
    kind: str


def owed_effects() -> list[Owed]:
    """The effects registered now, with the kinds they follow: what letters can be narrowed by."""
    return sorted(Owed(effect, kind) for kind, names in all_effects().items() for effect in names)


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many effects wait, how many were given up, and how long the one owed longest is late."""

    waiting: int
    dead: int
    lag: dt.timedelta


def outbox_state(*, at: dt.datetime, shown: bool = False) -> OutboxState:
    """What /metrics sees of the outbox; the lag is counted from the entry's record.

    `shown`: as the staff see it on a page, without what is owed by entries in nobody's lists, which a number
    would count.
    """
    alive = Q(dead_at__isnull=True)
    rows = Outstanding.objects.all()
    if shown:
        rows = rows.exclude(entry__in=Entry.objects.filter(withheld()))
    found = rows.aggregate(
        waiting=Count("pk", filter=alive),
        dead=Count("pk", filter=~alive),
        oldest=Min("made_at", filter=alive),
    )
    lag = max(at - found["oldest"], dt.timedelta()) if found["oldest"] else dt.timedelta()
    return OutboxState(found["waiting"], found["dead"], lag)


def heartbeat_age(*, name: str, now: dt.datetime) -> dt.timedelta | None:
    """How long ago a signal last came through; None if it never did."""
    beaten = Heartbeat.objects.filter(name=name).values_list("beaten_at", flat=True).first()
    return now - beaten if beaten else None
