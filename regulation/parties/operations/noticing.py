"""Notices on the site: what a person is told of an entry, and that they have read it. They follow entries and
record none of their own."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils import timezone

from regulation.ledger.models import Entry

from ..models import Membership, Notice, Role, User

KEPT = dt.timedelta(days=400)
LONGEST_KEY = 18  # digits of a key, and one
Told = tuple[int, int | None]  # keys of a user and of the entity they act for in it


def people_of(entities: Iterable[int], *roles: Role, on: dt.date) -> list[Told]:
    """Who acts for some entities in one of the roles on a day."""
    held = Membership.objects.valid_on(on).filter(
        entity__in=list(entities), role__in=roles, user__is_active=True
    )
    return list(held.order_by("pk").values_list("user_id", "entity_id"))


def notify(
    *, entry: Entry, about: str, view: str, args: Sequence[object], to: Iterable[Told], own: bool = False
) -> int:
    """Tell each of them once of an entry, but not who did it; returns how many. Safe to run twice.

    `own`: also who did it, for what somebody else may have done in their name.
    """
    rows = [
        Notice(
            user_id=user,
            entity_id=entity,
            entry=entry,
            kind=entry.kind,
            about=about[:200],
            view=view,
            args=list(args),
            at=entry.recorded_at,
        )
        for user, entity in dict.fromkeys(to)
        if own or user != entry.actor_id
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mark_read(*, user: User, at: dt.datetime, refs: Sequence[UUID] | None = None) -> int:
    """Some of a person's notices, or all, are read; returns how many were not before."""
    found = Notice.objects.filter(user=user).unread()
    return (found if refs is None else found.filter(ref__in=refs)).update(read_at=at)


def mark_unread(*, user: User, refs: Sequence[UUID]) -> int:
    """Some of a person's notices are to be read again; returns how many."""
    return Notice.objects.filter(user=user, ref__in=refs, read_at__isnull=False).update(read_at=None)


def forget_notices(*, at: dt.datetime) -> int:
    """Remove what is older than 400 days; returns how many. The record keeps what happened."""
    old = Notice.objects.filter(at__lt=at - KEPT).order_by("pk").values("pk")[:5000]
    return Notice.objects.filter(pk__in=old).delete()[0]


def today_of(entry: Entry) -> dt.date:
    """The day of an entry where the site is."""
    return timezone.localdate(entry.recorded_at)


def key_in(urn: object, prefix: str) -> int:
    """The key in a URN of this kind; 0, which no row has, in any other."""
    name, _, key = str(urn or "").partition("/")
    is_key = name == prefix and key.isascii() and key.isdigit() and len(key) < LONGEST_KEY
    return int(key) if is_key else 0
