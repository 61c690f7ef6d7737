"""Reads about declarations: when they are due, what they said, what others say."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..contradiction import Difference, Stated, differences
from ..models import Declaration, Discrepancy, Entity, EntityKind, Interest, Role, Tier
from ..rows import DECLARED_KINDS
from .identity import keys_of_same

PARTIES = ("holder_entity", "holder_person", "subject", "subject_person", "declared_by")


def last_declaration(entity: Entity) -> Declaration | None:
    """The newest declaration of an entity."""
    return entity.declarations.order_by("-as_of", "-pk").first()


def stated_by(entity: Entity) -> QuerySet[Interest]:
    """What the entity itself has declared and still stands, whoever it is about."""
    return (
        Interest.objects.standing().filter(declared_by=entity).select_related(*PARTIES).order_by("kind", "pk")
    )


def stated_of(entity: Entity) -> QuerySet[Interest]:
    """What other sources say of who is behind the entity: standing, and more than a name."""
    return (
        Interest.objects.standing()
        .filter(subject=entity, kind__in=DECLARED_KINDS)
        .exclude(tier=Tier.C)
        .exclude(declared_by=entity)
        .select_related(*PARTIES)
        .order_by("kind", "pk")
    )


def due_on(entity: Entity, last: Declaration | None) -> dt.date:
    """The last day for the next declaration; this site's own rule (settings DECLARATION_*_DAYS).

    The first is due some days after registration, the next a year after the last, and earlier some days after
    a change that another source tells of.
    """
    if last is None:
        start = timezone.localdate(entity.created_at)
        return start + dt.timedelta(days=settings.DECLARATION_FIRST_DAYS)
    yearly = last.as_of + dt.timedelta(days=settings.DECLARATION_YEARLY_DAYS)
    change = (
        stated_of(entity)
        .filter(held__startswith__gt=last.as_of, held__startswith__isnull=False)
        .order_by("held__startswith")
        .values_list("held__startswith", flat=True)
        .first()
    )
    if change is None:
        return yearly
    changed: dt.date = change + dt.timedelta(days=settings.DECLARATION_CHANGE_DAYS)
    return min(yearly, changed)


def declaring_entities() -> QuerySet[Entity]:
    """Intermediaries that somebody acts for here: who never came to the site owes it no declaration."""
    return (
        Entity.objects.filter(kind=EntityKind.INTERMEDIARY, memberships__role=Role.AGENT)
        .distinct()
        .order_by("pk")
    )


def as_stated(interests: Iterable[Interest]) -> list[Stated]:
    """Interests as they are compared, people and entities by the key of their merge."""
    held = [i for i in interests if i.subject_id]
    people = keys_of_same({i.holder_person_id for i in held if i.holder_person_id}, people=True)
    bodies = keys_of_same({i.holder_entity_id for i in held if i.holder_entity_id}, people=False)
    found = []
    for i in held:
        person = i.holder_person_id
        key = f"person/{people[person]}" if person else f"entity/{bodies[i.holder_entity_id or 0]}"
        share = (i.share_min, i.share_max) if i.share_min is not None and i.share_max is not None else None
        found.append(
            Stated(i.pk, i.kind, key, i.holder.name if i.holder else "", share, i.post, bool(person))
        )
    return found


def contradicted(
    entity: Entity, declared: Iterable[Interest], *, as_of: dt.date
) -> list[tuple[Difference, Interest, Interest | None]]:
    """Where other sources' interests held on a day differ from the declared ones, or are left out."""
    mine = {i.pk: i for i in declared if i.subject_id == entity.pk}
    others = {i.pk: i for i in stated_of(entity).filter(held__contains=as_of) if i.pk not in mine}
    return [
        (found, others[found.other.ref], mine[found.declared.ref] if found.declared else None)
        for found in differences(as_stated(mine.values()), as_stated(others.values()))
    ]


def declared_in(declaration: Declaration) -> QuerySet[Interest]:
    """The interests a declaration contained."""
    keys = [int(row["ref"].rsplit("/", 1)[1]) for row in declaration.contents]
    return Interest.objects.filter(pk__in=keys).select_related(*PARTIES).order_by("kind", "pk")


def discrepancies() -> QuerySet[Discrepancy]:
    """Every discrepancy, the open ones first, then the newest."""
    return Discrepancy.objects.select_related(
        "entity", "declaration", "interest__holder_entity", "interest__holder_person", "declared"
    ).order_by("cleared_at", "-pk")


def interests_about(entity: Entity) -> QuerySet[Interest]:
    """What is held about an entity, for itself: of tiers A and B, and what it declared of its own people."""
    return (
        Interest.objects.filter(Q(subject=entity) | Q(holder_entity=entity) | Q(declared_by=entity))
        .exclude(tier=Tier.C)
        .select_related(*PARTIES)
    )
