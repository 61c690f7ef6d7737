"""The interests a check reads, from the record as it stands or as it was known at a moment."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import connection

from regulation.parties.models import Entity

from ..graph import Graph, Interest, Node
from ..grounds.people import years_before
from ..rules import LOOK_BACK

MOST_INTERESTS = 20_000  # what one check reads; beyond it the answer is unknown


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
    Among `compared` and what was found, equal addresses, contacts and accounts that the entity register had
    for the day become interests too; `agents` names who acts for a bidder, by URN.
    """
    told = read(roots, on=on, known_at=known_at)
    return graph_of(told, compared=compared, agents=agents), told["whole"]


def graph_of(
    told: dict[str, Any], *, compared: Iterable[Entity] = (), agents: dict[str, str] | None = None
) -> Graph:
    """The graph of what was read; see `gather`."""
    nodes = _nodes(told)
    derived = [*_alike(told, nodes, compared), *_acting(agents or {}, nodes)]
    same = [(f"parties.{sort}/{one}", f"parties.{sort}/{other}") for sort, one, other in told["same"] or ()]
    return Graph.of([*_lines(told, nodes), *derived], nodes.values(), same)


def ownership(roots: Iterable[Entity], *, on: dt.date, known_at: dt.datetime | None = None) -> list[Interest]:
    """What entities hold in the roots at any depth, on a day: the first thing that `gather` reads."""
    told = read(roots, on=on, known_at=known_at, alone=True)
    return _lines(told, _nodes(told))


def read(
    roots: Iterable[Entity],
    *,
    on: dt.date,
    known_at: dt.datetime | None,
    alone: bool = False,
    pair: tuple[int, int, str | None] | None = None,
    beside: tuple[Sequence[int], int] = ((), 0),
) -> dict[str, Any]:
    """The answer of the database's own functions, in one round trip (migrations 0012, 0014 and 0021).

    With `pair` (keys of intermediary and department, region code) what else their matter holds. With `beside`
    (keys of sellers, and of the department) its bodies that have a contact in common with one of them are
    roots too: `neighbours`.
    """
    name = "known" if known_at else "standing"
    keys = sorted({entity.pk for entity in roots})
    asked: list[Any] = [keys, on, years_before(on, LOOK_BACK), MOST_INTERESTS, known_at, alone]
    sql = f"SELECT n.keys, public.decoupling_gathered_{name}(%s::bigint[] || n.keys, %s, %s, %s, %s, %s)"
    if pair is not None:
        sql += ", public.decoupling_told(%s, %s, %s, %s, %s)"
        asked += [*pair, on, known_at]
    sellers, department = beside
    neighbours = (
        f"public.decoupling_neighbours_{name}(%s::bigint[], %s, %s, %s)" if sellers else "'{}'::bigint[]"
    )
    sql += f" FROM (SELECT {neighbours} AS keys OFFSET 0) n"
    asked += [list(sellers), department, on, known_at] if sellers else []
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        row = cursor.fetchone()
    told: dict[str, Any] = json.loads(row[1]) | {"neighbours": row[0]}
    return told | (json.loads(row[2]) if pair is not None else {})


def told_of(
    sellers: Sequence[int],
    *,
    authority: int,
    region: str | None,
    on: dt.date,
    known_at: dt.datetime | None,
) -> list[dict[str, Any]]:
    """What else the matter of each seller with one authority holds, in their order and in one round trip."""
    sql = """SELECT public.decoupling_told(s.seller, %s, %s, %s, %s)
             FROM unnest(%s::bigint[]) WITH ORDINALITY AS s (seller, place) ORDER BY s.place"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [authority, region, on, known_at, list(sellers)])
        return [json.loads(told) for (told,) in cursor.fetchall()]


def _nodes(told: dict[str, Any]) -> dict[str, Node]:
    nodes = [Node(f"parties.entity/{row[0]}", row[1], row[2], row[3]) for row in told["nodes"] or ()]
    nodes += [Node(f"parties.person/{key}", "person", name) for key, name in told["people"] or ()]
    return {node.urn: node for node in nodes}


def _lines(told: dict[str, Any], nodes: dict[str, Node]) -> list[Interest]:
    return [_line(row, nodes) for row in told["lines"] or ()]


def _line(row: Sequence[Any], nodes: dict[str, Node]) -> Interest:
    key, kind, start, end, low, high, source, tier, invented, rank, post, *ends = row
    holder = nodes[f"parties.entity/{ends[0]}" if ends[0] is not None else f"parties.person/{ends[1]}"]
    subject = nodes[f"parties.entity/{ends[2]}" if ends[2] is not None else f"parties.person/{ends[3]}"]
    return Interest(
        holder=holder.urn,
        subject=subject.urn,
        kind=kind,
        start=dt.date.fromisoformat(start) if start else None,
        end=dt.date.fromisoformat(end) if end else None,
        share_min=None if low is None else Decimal(low),
        share_max=None if high is None else Decimal(high),
        holder_name=holder.name,
        subject_name=subject.name,
        source=source,
        tier=tier,
        is_invented=invented,
        ref=f"parties.interest/{key}",
        rank=rank,
        post=post,
    )


def _alike(told: dict[str, Any], nodes: dict[str, Node], compared: Iterable[Entity]) -> Iterable[Interest]:
    """Equal addresses, contacts and accounts in the entity register, between those compared and all read."""
    own = {entity.pk for entity in compared}
    if not own:
        return
    register = {row[0]: attributes_of(row[4:]) for row in told["nodes"] or ()}
    for attribute, kind in SHARED.items():
        equal: dict[str, list[int]] = {}
        for key, attributes in register.items():
            if value := attributes[attribute]:
                equal.setdefault(value, []).append(key)
        for keys in equal.values():
            for one in own.intersection(keys):
                for other in keys:
                    if other != one and not (other in own and other < one):
                        yield tie_between(nodes, one, other, kind, attribute)


SHARED = {
    "address": "samePremises",
    "phone": "sameContact",
    "e-mail": "sameContact",
    "account": "sameAccount",
}


def attributes_of(values: Sequence[str | None]) -> dict[str, str]:
    address, phone, email, account = ("".join((value or "").split()) for value in values)
    digits = "".join(c for c in phone if c.isdigit())
    return {"address": address, "phone": digits, "e-mail": email, "account": account}


def tie_between(nodes: dict[str, Node], one: int, other: int, kind: str, attribute: str) -> Interest:
    urns = [f"parties.entity/{key}" for key in (one, other)]
    names = [nodes[urn].name for urn in urns]
    return Interest(
        holder=urns[0],
        subject=urns[1],
        kind=kind,
        holder_name=names[0],
        subject_name=names[1],
        source=f"entity register: {attribute}",
        ref=f"register/{attribute}/{one}/{other}",
    )


def _acting(agents: dict[str, str], nodes: dict[str, Node]) -> Iterable[Interest]:
    """Bidders that one person acts for."""
    sent: dict[str, list[str]] = {}
    for bidder in sorted(agents):
        sent.setdefault(agents[bidder], []).append(bidder)
    for one, other in (pair for bidders in sent.values() for pair in combinations(bidders, 2)):
        names = [nodes[urn].name if urn in nodes else "" for urn in (one, other)]
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
