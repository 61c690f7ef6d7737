"""Who follows what, and whom to tell."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from regulation.parties.models import User

from ..models import Following, Rhythm
from ..rhythm import last_due
from .changes import KEYED


def followings_of(user: User) -> QuerySet[Following]:
    """What a user follows now."""
    return Following.objects.filter(user=user, ended_at__isnull=True).order_by("topic", "key", "pk")


def with_things(followings: Iterable[Following]) -> list[tuple[Following, Any]]:
    """Each with the thing it is about, in one query a kind of topic; None for everything."""
    wanted: dict[str, set[str]] = defaultdict(set)
    rows = list(followings)
    for one in rows:
        wanted[one.topic].add(one.key)
    things: dict[tuple[str, str], Any] = {}
    for topic, keys in wanted.items():
        if topic in KEYED:
            model, field = KEYED[topic]
            for thing in model._default_manager.filter(**{f"{field}__in": keys}):
                things[topic, str(getattr(thing, field))] = thing
    return [(one, things.get((one.topic, one.key))) for one in rows]


def due_followings(*, now: dt.datetime) -> QuerySet[Following]:
    """Followings of active users whose last digest moment lies after what they have been told."""
    standing = Following.objects.filter(ended_at__isnull=True, user__is_active=True)
    due = Following.objects.none()
    for rhythm in Rhythm.values:
        due = due | standing.filter(rhythm=rhythm, told_until__lt=last_due(rhythm, now))
    return due


def readers_to_tell(*, now: dt.datetime) -> QuerySet[User]:
    """Users for whom a digest is due."""
    due = due_followings(now=now).order_by().values("user")
    return User.objects.filter(pk__in=due).order_by("pk")
