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
from . import statements

MOST_INTERESTS = 20_000  # what one check reads; beyond it the answer is unknown


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
        stands, same = statements.KNOWN if self.known_at else statements.STANDS
        given = {
            "on": self.on,
            "since": years_before(self.on, LOOK_BACK),
            "known_at": self.known_at,
            "mutual": sorted(MUTUAL),
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
    upward = reading.read(statements.UPWARD, roots=[entity.pk for entity in roots], people=True)
    walked = {entity.urn for entity in roots} | {interest.holder for interest in upward}
    people = reading.keys("person")
    if people:
        reading.read(statements.PEOPLE, people=people)
    beside = [key for key in reading.keys("entity") if f"parties.entity/{key}" not in walked]
    if beside:
        reading.read(statements.UPWARD, roots=beside, people=False)
    same = _same(reading)
    derived = [*_alike(reading, compared), *_acting(agents or {}, reading)]
    return Graph.of([*reading.lines.values(), *derived], reading.nodes.values(), same), reading.whole


def ownership(roots: Iterable[Entity], *, on: dt.date, known_at: dt.datetime | None = None) -> list[Interest]:
    """What entities hold in the roots at any depth, on a day: the first thing that `gather` reads."""
    reading = _Reading(on, known_at, MOST_INTERESTS)
    return reading.read(statements.UPWARD, roots=[entity.pk for entity in roots], people=False)


def _same(reading: _Reading) -> list[tuple[str, str]]:
    rows = reading.rows(statements.SAME, entities=reading.keys("entity"), people=reading.keys("person"))
    return [(f"parties.{sort}/{one}", f"parties.{sort}/{other}") for sort, one, other in rows]


def _alike(reading: _Reading, compared: Iterable[Entity]) -> Iterable[Interest]:
    """Equal addresses, contacts and accounts in the entity register, between those compared and all read."""
    own = {entity.pk for entity in compared}
    if not own:
        return
    rows = reading.rows(statements.ATTRIBUTES, entities=sorted({*reading.keys("entity"), *own}))
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
