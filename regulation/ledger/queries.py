"""Reads of the ledger."""

import datetime as dt
import json
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from .effects import all_effects
from .models import Delivery, Entry, Heartbeat


def database_now() -> dt.datetime:
    """The database's clock, UTC. Deadlines belong to it (DESIGN §3.10)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment.astimezone(dt.UTC)


def body_of(entry: Entry) -> dict[str, Any]:
    """The entry's body as JSON values."""
    body: dict[str, Any] = json.loads(entry.body)
    return body


def undelivered(*, before: dt.datetime) -> QuerySet[Entry]:
    """Entries recorded before a moment that lack the delivery of an effect, oldest first."""
    lacking: Any = Q(pk__in=[])
    for kind, effects in all_effects().items():
        for name in effects:
            done = Delivery.objects.filter(entry=OuterRef("pk"), effect=name)
            lacking |= Q(kind=kind) & ~Exists(done)
    return Entry.objects.filter(lacking, recorded_at__lt=before).order_by("pk")


def heartbeat_age(*, name: str, now: dt.datetime) -> dt.timedelta | None:
    """How long ago a signal last came through; None if it never did."""
    beaten = Heartbeat.objects.filter(name=name).values_list("beaten_at", flat=True).first()
    return now - beaten if beaten else None
