"""Reads about contests: an entity's own, and those that wait for a regulator."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from ..models import Contest, ContestAnswer, Entity, Interest, Membership, Role

ABOUT = (
    "interest__holder_entity",
    "interest__holder_person",
    "interest__subject",
    "interest__subject_person",
)


def contests() -> QuerySet[Contest]:
    """Every contest, the open ones first, the earliest due first."""
    return Contest.objects.select_related("entity", "filed_by", *ABOUT).order_by(
        F("closed_at").desc(nulls_first=True), "due_on", "pk"
    )


def contests_of(entity: Entity) -> QuerySet[Contest]:
    """An entity's own."""
    return contests().filter(entity=entity)


def contests_for(membership: Membership) -> QuerySet[Contest]:
    """Open ones a regulator may answer: not of an entity they act for, not filed by themselves."""
    own = Membership.objects.filter(user=membership.user_id, entity=OuterRef("entity")).exclude(
        role=Role.REGULATOR
    )
    return contests().filter(closed_at=None).exclude(filed_by=membership.user_id).exclude(Exists(own))


def to_second(membership: Membership) -> QuerySet[ContestAnswer]:
    """Answers that wait for a second regulator, other than who proposed them."""
    return (
        ContestAnswer.objects.filter(
            issued_at=None, returned_at=None, contest__in=contests_for(membership).values("pk")
        )
        .exclude(proposed_by=membership.user_id)
        .select_related("contest__entity", "proposed_by")
        .order_by("pk")
    )


def answered_since(entity: Entity, *, since: dt.datetime) -> QuerySet[Contest]:
    """An entity's contests answered since a moment, the newest first."""
    return contests_of(entity).filter(closed_at__gte=since).order_by("-closed_at", "pk")


def with_contests(interests: QuerySet[Interest]) -> QuerySet[Interest]:
    """The same interests, each with `contested_since`: the moment its open contest was filed, or None."""
    filed = Contest.objects.open().filter(interest=OuterRef("pk")).values("filed_at")
    return interests.annotate(contested_since=Subquery(filed[:1]))


def contested_since(interests: Iterable[int]) -> dict[int, dt.datetime]:
    """By key of the interest: since when it is contested, of those that are at present."""
    keys = list(interests)
    return dict(Contest.objects.open().filter(interest__in=keys).values_list("interest_id", "filed_at"))
