"""What the record says around one party, and the search for parties."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Q, QuerySet

from regulation.parties.models import Entity, Interest, Person, Same, Tier

MOST = 200  # interests of one picture
MOST_DAYS = 400  # days of change the slider stops at
COLUMNS = {"entity": ("holder_entity", "subject"), "person": ("holder_person", "subject_person")}

Record = Entity | Person


@dataclass(frozen=True)
class Around:
    """Interests within `depth` steps of the centre and one more from each party opened, nearest first.

    Not `whole` where there were over MOST. `merges` are the merges of records that were on record then;
    `stepped` the records whose interests were all looked for, `known` what the record stated then.
    """

    centre: Record
    interests: tuple[Interest, ...]
    whole: bool
    known: QuerySet[Interest] = field(repr=False)
    merges: tuple[Same, ...] = ()
    stepped: frozenset[str] = frozenset()

    @property
    def records(self) -> dict[str, Record]:
        """The centre, both ends of every interest and what these are merged with, in order of their URNs."""
        found: dict[str, Record] = {self.centre.urn: self.centre}
        ends = [end for interest in self.interests for end in (interest.holder, interest.about)]
        ends += [end for merge in self.merges for end in pair_of(merge)]
        for end in ends:
            if end is not None:
                found.setdefault(end.urn, end)
        return dict(sorted(found.items(), key=lambda pair: (pair[0].partition("/")[0], pair[1].pk)))

    @property
    def one(self) -> dict[str, str]:
        """For each record the URN its party stands under: the centre's, else that of the lowest key."""
        lead = {urn: urn for urn in self.records}
        order = {urn: place for place, urn in enumerate([self.centre.urn, *self.records])}
        order[self.centre.urn] = 0
        pairs = [(one.urn, other.urn) for one, other in map(pair_of, self.merges)]
        for _round in pairs:
            for one, other in pairs:
                lead[one] = lead[other] = min(lead[one], lead[other], key=lambda urn: order[urn])
        return lead


def pair_of(merge: Same) -> tuple[Record, Record]:
    """The two records a merge joins."""
    ends = (merge.entity, merge.other_entity) if merge.entity else (merge.person, merge.other_person)
    return cast("tuple[Record, Record]", ends)  # same_joins_two_of_one_sort


def around(
    centre: Record,
    *,
    depth: int,
    on: dt.date,
    known_at: dt.datetime,
    ended: bool = False,
    opened: Iterable[str] = (),
) -> Around:
    """Held on a day, or with `ended` until then too, as the record stood at a moment; leads (tier C) too.

    Steps go over interests in both directions, and over merges without a step of their own. `opened` are URNs
    of parties from which one more step goes, as far as they are in the picture. A query a step, and one for
    each round of merges.
    """
    known = Interest.objects.known_at(known_at)
    held = Q(held__overlap=DateRange(None, on, "(]")) if ended else Q(held__contains=on)
    walk = _Walk(known.filter(held), Same.objects.known_at(known_at).exclude(tier=Tier.C))
    front = walk.met({centre.urn})
    for _step in range(depth):
        front = walk.step(front)
    wanted = set(opened)
    while front := (walk.grouped(wanted) & walk.seen) - walk.stepped:
        walk.step(front)
    found = tuple(walk.found.values())
    return Around(centre, found, walk.whole, known, tuple(walk.merges.values()), frozenset(walk.stepped))


class _Walk:
    """Where a walk over the record has been."""

    def __init__(self, stated: QuerySet[Interest], same: QuerySet[Same]) -> None:
        self.stated, self.same = stated, same
        self.found: dict[int, Interest] = {}
        self.merges: dict[int, Same] = {}
        self.seen: set[str] = set()
        self.stepped: set[str] = set()
        self.whole = True

    def step(self, front: set[str]) -> set[str]:
        """Over every interest that touches these records; those newly met."""
        self.stepped |= front
        if not front or not self.whole:
            return set()
        rows = list(
            _touching(self.stated, front)
            .exclude(pk__in=list(self.found))
            .select_related("holder_entity", "holder_person", "subject", "subject_person")
            .order_by("pk")[: MOST - len(self.found) + 1]
        )
        if len(self.found) + len(rows) > MOST:
            self.whole, rows = False, rows[:-1]
        self.found |= {row.pk: row for row in rows}
        return self.met({end.urn for row in rows for end in (row.holder, row.about) if end is not None})

    def met(self, urns: set[str]) -> set[str]:
        """These records and those merged with them, as far as they are new."""
        new, edge = urns - self.seen, urns - self.seen
        while edge:
            self.seen |= edge
            rows = list(_merges_of(self.same, edge))
            self.merges |= {row.pk: row for row in rows}
            edge = {end.urn for row in rows for end in pair_of(row)} - self.seen
            new |= edge
        return new

    def grouped(self, urns: set[str]) -> set[str]:
        """These records and those found merged with them."""
        pairs = [{one.urn, other.urn} for one, other in map(pair_of, self.merges.values())]
        urns = set(urns)
        for _round in pairs:
            for pair in pairs:
                if pair & urns:
                    urns |= pair
        return urns


def not_shown(found: Around, *, on: dt.date, ended: bool) -> dict[str, int]:
    """How many interests each party has that are not in the picture, by the URN it stands under.

    A picture that was cut short tells it for every party, any other for those it has not stepped from.
    """
    rest = [urn for urn in found.records if not found.whole or urn not in found.stepped]
    if not rest:
        return {}
    held = Q(held__overlap=DateRange(None, on, "(]")) if ended else Q(held__contains=on)
    missing = found.known.filter(held).exclude(pk__in=[interest.pk for interest in found.interests])
    counts: dict[str, int] = {}
    one = found.one
    for sort, columns in COLUMNS.items():
        keys = _keys(rest)[sort]
        for column in columns:
            rows = missing.filter(**{f"{column}__in": keys}).order_by().values_list(column)
            for key, n in rows.annotate(n=Count("pk")) if keys else ():
                lead = one[f"parties.{sort}/{key}"]
                counts[lead] = counts.get(lead, 0) + n
    return counts


def days_of_change(found: Around, *, until: dt.date) -> list[dt.date]:
    """The days on which an interest of the parties stepped from begins or is over: the last ones."""
    touching = _touching(found.known, found.stepped).order_by()
    starts = touching.filter(held__startswith__lte=until).values_list("held__startswith")
    ends = touching.filter(held__endswith__lte=until).values_list("held__endswith")
    days = starts.union(ends).order_by("-held__startswith")[:MOST_DAYS]
    return sorted(day for (day,) in days if day)


def _keys(urns: Iterable[str]) -> dict[str, list[int]]:
    keys: dict[str, list[int]] = {"entity": [], "person": []}
    for urn in sorted(urns):
        sort, _, key = urn.removeprefix("parties.").partition("/")
        keys[sort].append(int(key))
    return keys


def _touching(stated: QuerySet[Interest], urns: Iterable[str]) -> QuerySet[Interest]:
    touching = Q(pk__in=[])
    for sort, keys in _keys(urns).items():
        for column in COLUMNS[sort] if keys else ():
            touching |= Q(**{f"{column}__in": keys})
    return stated.filter(touching)


def _merges_of(same: QuerySet[Same], urns: Iterable[str]) -> QuerySet[Same]:
    touching = Q(pk__in=[])
    for sort, keys in _keys(urns).items():
        for column in (sort, f"other_{sort}") if keys else ():
            touching |= Q(**{f"{column}__in": keys})
    ends = ("entity", "other_entity", "person", "other_person")
    return same.filter(touching).select_related(*ends).order_by("pk")


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
