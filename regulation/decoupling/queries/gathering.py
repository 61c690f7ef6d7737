"""The interests a check reads, from the record as it stands or as it was known at a moment."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from regulation.parties.models import Entity

from ..graph import MUTUAL, Graph, Interest, Node
from ..grounds.people import years_before
from ..rules import LOOK_BACK

MOST_INTERESTS = 20_000  # what one check reads; beyond it the answer is unknown

_STANDS = "upper_inf(i.recorded) AND i.tier <> 'C'"
_KNOWN = "i.recorded @> %(known_at)s::timestamptz AND i.tier <> 'C'"
_SAME_STANDS = "upper_inf(s.recorded) AND s.tier <> 'C'"
_SAME_KNOWN = "s.recorded @> %(known_at)s::timestamptz AND s.tier <> 'C'"

_ABOVE = """
WITH RECURSIVE above (entity) AS (
    SELECT unnest(%(roots)s::bigint[])
    UNION
    SELECT x.entity FROM above a CROSS JOIN LATERAL (
        SELECT i.holder_entity_id AS entity FROM parties_interest i
        WHERE i.subject_id = a.entity AND i.holder_entity_id IS NOT NULL AND {stands}
          AND i.held @> %(on)s::date
        UNION ALL
        SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = a.entity AND {same}
        UNION ALL
        SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = a.entity AND {same}
    ) x
)
"""
_LINES = """
SELECT i.id, i.kind, lower(i.held), upper(i.held), i.share_min, i.share_max, i.source, i.tier, i.is_invented,
       i.rank, i.post,
       h.id, h.name, h.kind, h.is_state_owned, p.id, p.name,
       e.id, e.name, e.kind, e.is_state_owned, q.id, q.name
FROM parties_interest i
LEFT JOIN parties_entity h ON h.id = i.holder_entity_id
LEFT JOIN parties_person p ON p.id = i.holder_person_id
LEFT JOIN parties_entity e ON e.id = i.subject_id
LEFT JOIN parties_person q ON q.id = i.subject_person_id
"""
_UPWARD = (
    _ABOVE
    + _LINES
    + """
JOIN above a ON i.subject_id = a.entity
WHERE {stands} AND (
    (i.holder_entity_id IS NOT NULL AND i.held @> %(on)s::date)
    OR (%(people)s AND i.holder_person_id IS NOT NULL AND e.kind <> 'department'
        AND i.held && daterange(%(since)s::date, %(on)s::date, '[]')))
LIMIT %(cap)s
"""
)
_KINSHIP = (
    _LINES
    + """
WHERE i.kind = 'closeKin' AND {stands} AND i.held @> %(on)s::date
  AND (i.holder_person_id = ANY(%(people)s) OR i.subject_person_id = ANY(%(people)s))
LIMIT %(cap)s
"""
)
_POSTS = (
    _LINES
    + """
WHERE i.holder_person_id = ANY(%(people)s) AND i.subject_id IS NOT NULL AND {stands}
  AND i.held && daterange(%(since)s::date, %(on)s::date, '[]')
LIMIT %(cap)s
"""
)
_MUTUAL = (
    _LINES
    + """
WHERE i.kind = ANY(%(kinds)s) AND {stands} AND i.held @> %(on)s::date
  AND (i.subject_id = ANY(%(roots)s) OR i.holder_entity_id = ANY(%(roots)s))
LIMIT %(cap)s
"""
)
_SAME = """
SELECT s.entity_id, s.other_entity_id, s.person_id, s.other_person_id FROM parties_same s
WHERE {same} AND (s.entity_id = ANY(%(entities)s) OR s.other_entity_id = ANY(%(entities)s)
                  OR s.person_id = ANY(%(people)s) OR s.other_person_id = ANY(%(people)s))
"""
_ATTRIBUTES = """
SELECT id, address, phone, lower(email), encode(account_digest, 'hex') FROM parties_entity
WHERE id = ANY(%(entities)s)
"""


@dataclass
class _Reading:
    """One gathering: what was read so far, and whether that is all of it."""

    on: dt.date
    known_at: dt.datetime | None
    cap: int
    lines: dict[int, Interest] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    whole: bool = True

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        stands, same = (_KNOWN, _SAME_KNOWN) if self.known_at else (_STANDS, _SAME_STANDS)
        given = {
            "on": self.on,
            "since": years_before(self.on, LOOK_BACK),
            "known_at": self.known_at,
            "cap": self.cap + 1,
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.format(stands=stands, same=same), given | values)
            return list(cursor.fetchall())

    def read(self, sql: str, **values: Any) -> list[Interest]:
        found = self.rows(sql, **values)
        if len(found) > self.cap:
            self.whole, found = False, sorted(found)[: self.cap]
        return [self._keep(row) for row in found]

    def _keep(self, row: tuple[Any, ...]) -> Interest:
        holder, subject = self._party(row[11:17]), self._party(row[17:23])
        interest = Interest(
            holder=holder.urn,
            subject=subject.urn,
            kind=row[1],
            start=row[2],
            end=row[3],
            share_min=row[4],
            share_max=row[5],
            holder_name=holder.name,
            subject_name=subject.name,
            source=row[6],
            tier=row[7],
            is_invented=row[8],
            ref=f"parties.interest/{row[0]}",
            rank=row[9],
            post=row[10],
        )
        return self.lines.setdefault(row[0], interest)

    def _party(self, columns: Sequence[Any]) -> Node:
        entity, name, kind, state_owned, person, persons_name = columns
        if entity is not None:
            node = Node(f"parties.entity/{entity}", kind, name, state_owned)
        else:
            node = Node(f"parties.person/{person}", "person", persons_name)
        return self.nodes.setdefault(node.urn, node)

    def keys(self, sort: str) -> list[int]:
        """Primary keys of the parties read so far: of sort "entity" or "person"."""
        prefix = f"parties.{sort}/"
        return sorted(int(urn.removeprefix(prefix)) for urn in self.nodes if urn.startswith(prefix))


def gather(
    roots: Iterable[Entity],
    *,
    on: dt.date,
    known_at: dt.datetime | None = None,
    compared: Iterable[Entity] = (),
    agents: dict[str, str] | None = None,
) -> tuple[Graph, bool]:
    """What the record says, of a day, around the parties of a check; tiers A and B. And whether it is whole.

    Every entity above the roots at any depth; the people with posts or holdings there now or within three
    years, their close kin, and where all of these are or were officials or have posts; what shares premises,
    finances or contact with a root, and what is above that. With `known_at`, as the record stood then.
    Among `compared` and what was found, equal addresses, contacts and accounts of the entity register become
    interests too; `agents` names who acts for a bidder, by URN.
    """
    roots = list(roots)
    reading = _Reading(on, known_at, MOST_INTERESTS)
    for entity in roots:
        node = Node(entity.urn, entity.kind, entity.name, entity.is_state_owned)
        reading.nodes.setdefault(node.urn, node)
    keys = [entity.pk for entity in roots]
    reading.read(_UPWARD, roots=keys, people=True)
    above = set(reading.keys("entity"))
    _read_people(reading)
    reading.read(_MUTUAL, kinds=sorted(MUTUAL), roots=keys)
    beside = sorted(set(reading.keys("entity")) - above)
    if beside:
        reading.read(_UPWARD, roots=beside, people=False)
    same = _same(reading)
    derived = [*_alike(reading, compared), *_acting(agents or {}, reading)]
    return Graph.of([*reading.lines.values(), *derived], reading.nodes.values(), same), reading.whole


def ownership(roots: Iterable[Entity], *, on: dt.date, known_at: dt.datetime | None = None) -> list[Interest]:
    """What entities hold in the roots at any depth, on a day: the first thing that `gather` reads."""
    reading = _Reading(on, known_at, MOST_INTERESTS)
    return reading.read(_UPWARD, roots=[entity.pk for entity in roots], people=False)


def _read_people(reading: _Reading) -> None:
    people = reading.keys("person")
    if not people:
        return
    people = sorted({*people, *_same_people(reading, people)})
    reading.read(_KINSHIP, people=people)
    people = sorted({*people, *reading.keys("person")})
    people = sorted({*people, *_same_people(reading, people)})
    reading.read(_POSTS, people=people)


def _same_people(reading: _Reading, people: list[int]) -> set[int]:
    rows = reading.rows(_SAME, entities=[], people=people)
    return {key for row in rows for key in row[2:4] if key}


def _same(reading: _Reading) -> list[tuple[str, str]]:
    rows = reading.rows(_SAME, entities=reading.keys("entity"), people=reading.keys("person"))
    pairs = []
    for entity, other, person, other_person in rows:
        sort, ends = ("entity", (entity, other)) if entity else ("person", (person, other_person))
        pairs.append((f"parties.{sort}/{ends[0]}", f"parties.{sort}/{ends[1]}"))
    return pairs


def _alike(reading: _Reading, compared: Iterable[Entity]) -> Iterable[Interest]:
    """Equal addresses, contacts and accounts in the entity register, between those compared and all read."""
    own = {entity.pk for entity in compared}
    if not own:
        return
    rows = reading.rows(_ATTRIBUTES, entities=sorted({*reading.keys("entity"), *own}))
    told = {row[0]: _attributes(row[1:]) for row in rows}
    for one in sorted(own & set(told)):
        for other in sorted(set(told) - {one}):
            if other in own and other < one:
                continue
            for attribute, kind in _SHARED.items():
                value = told[one].get(attribute)
                if value and value == told[other].get(attribute):
                    yield _between(reading, one, other, kind, attribute)


_SHARED = {
    "address": "samePremises",
    "phone": "sameContact",
    "e-mail": "sameContact",
    "account": "sameAccount",
}


def _attributes(values: Sequence[str | None]) -> dict[str, str]:
    address, phone, email, account = ("".join((value or "").split()) for value in values)
    digits = "".join(c for c in phone if c.isdigit())
    return {"address": address, "phone": digits, "e-mail": email, "account": account}


def _between(reading: _Reading, one: int, other: int, kind: str, attribute: str) -> Interest:
    urns = [f"parties.entity/{key}" for key in (one, other)]
    names = [reading.nodes[urn].name if urn in reading.nodes else "" for urn in urns]
    return Interest(
        holder=urns[0],
        subject=urns[1],
        kind=kind,
        holder_name=names[0],
        subject_name=names[1],
        source=f"entity register: {attribute}",
        ref=f"register/{attribute}/{one}/{other}",
    )


def _acting(agents: dict[str, str], reading: _Reading) -> Iterable[Interest]:
    """Bidders that one person acts for."""
    bidders = sorted(agents)
    for n, one in enumerate(bidders):
        for other in bidders[n + 1 :]:
            if agents[one] == agents[other]:
                names = [reading.nodes[urn].name if urn in reading.nodes else "" for urn in (one, other)]
                yield Interest(
                    holder=one,
                    subject=other,
                    kind="sameAgent",
                    holder_name=names[0],
                    subject_name=names[1],
                    source="bids: the account that sent them",
                    ref=f"agent/{one}/{other}",
                )


def departments_above(entity: Entity, *, on: dt.date) -> list[Entity]:
    """The departments that any interest, or any person's office, joins to an entity on a day."""
    graph, _whole = gather([entity], on=on)
    keys = [int(n.urn.removeprefix("parties.entity/")) for n in graph.nodes if n.kind == "department"]
    return list(Entity.objects.filter(pk__in=keys).exclude(pk=entity.pk).order_by("pk"))
