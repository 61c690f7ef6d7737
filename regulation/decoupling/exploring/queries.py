"""What the record says around one party, and the search for parties."""

import datetime as dt
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet

from regulation.parties.models import Entity, Interest, Person

MOST = 200  # interests of one picture


@dataclass(frozen=True)
class Around:
    """Interests within `depth` steps of the centre, nearest first; not `whole` where there were over MOST."""

    centre: Entity | Person
    interests: tuple[Interest, ...]
    whole: bool

    @property
    def parties(self) -> list[Entity | Person]:
        """The centre and both ends of every interest, each once, in order of their URNs."""
        found: dict[str, Entity | Person] = {self.centre.urn: self.centre}
        for interest in self.interests:
            for end in (interest.holder, interest.about):
                if end is not None:
                    found.setdefault(end.urn, end)
        return [found[urn] for urn in sorted(found)]


def around(
    centre: Entity | Person, *, depth: int, on: dt.date, known_at: dt.datetime, ended: bool = False
) -> Around:
    """Held on a day, or with `ended` until then too, as the record stood at a moment; leads (tier C) too.

    One query a step. Steps go over interests in both directions.
    """
    held = Q(held__overlap=DateRange(None, on, "(]")) if ended else Q(held__contains=on)
    stated = Interest.objects.known_at(known_at).filter(held)
    found: dict[int, Interest] = {}
    seen, front, whole = {centre.urn}, [centre.urn], True
    for _step in range(depth):
        if not front:
            break
        rows = list(_touching(stated, front).exclude(pk__in=list(found))[: MOST - len(found) + 1])
        if len(found) + len(rows) > MOST:
            whole, rows = False, rows[:-1]
        found |= {row.pk: row for row in rows}
        ends = {end.urn for row in rows for end in (row.holder, row.about) if end is not None}
        front = sorted(ends - seen)
        seen |= ends
        if not whole:
            break
    return Around(centre, tuple(found.values()), whole)


def _touching(stated: QuerySet[Interest], urns: list[str]) -> QuerySet[Interest]:
    keys: dict[str, list[int]] = {"entity": [], "person": []}
    for urn in urns:
        sort, _, key = urn.removeprefix("parties.").partition("/")
        keys[sort].append(int(key))
    touching = Q(pk__in=[])
    if keys["entity"]:
        touching |= Q(holder_entity__in=keys["entity"]) | Q(subject__in=keys["entity"])
    if keys["person"]:
        touching |= Q(holder_person__in=keys["person"]) | Q(subject_person__in=keys["person"])
    ends = ("holder_entity", "holder_person", "subject", "subject_person")
    return stated.filter(touching).select_related(*ends).order_by("pk")


def entities_named(text: str) -> QuerySet[Entity]:
    """Entities by a part of the name or its pinyin, or by the credit code; all for no text."""
    found = Entity.objects.select_related("region").order_by("pinyin", "pk")
    if not text:
        return found
    by_sound = Q(pinyin__icontains="".join(text.split()).lower())
    by_name = Q(name__icontains=text) | Q(name_en__icontains=text)
    return found.filter(by_name | by_sound | Q(credit_code=text.upper()))


def people_named(text: str) -> QuerySet[Person]:
    """People by a part of the name; none for no text."""
    people = Person.objects.order_by("name", "pk")
    return people.filter(name__icontains=text) if text else people.none()
