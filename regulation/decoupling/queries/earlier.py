"""Ties that the register's addresses, contacts and accounts made before a day, and no longer make on it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from regulation.parties.models import ContactRecord

from ..graph import Graph, Interest, Node
from ..matter import Matter
from ..models import Check
from ..rules import Ground, Pack, grounds_of
from .gathering import SHARED, attributes_of, tie_between
from .rivals import ENTITY, as_told

RULES = ("shared-between-bidders", "shared-with-authority")  # the tests that read contacts
PREFIX = "earlier/"
DAY = dt.timedelta(days=1)
Shared = tuple[bool, dt.date, dt.date]  # whether the register still tells it, the first day and the last


@dataclass(frozen=True)
class Told:
    """What the register said of an entity: for the days, and through the moments, of the time looked at.

    `stands`: it still says so. What it says no more, because it was told anew on the day it was told, counts
    for no day after that.
    """

    entity: int
    days: tuple[dt.date, dt.date]  # both within
    moments: tuple[dt.datetime, dt.datetime]
    values: dict[str, str]
    stands: bool

    @classmethod
    def of(cls, row: ContactRecord, *, since: dt.date, on: dt.date, until: dt.datetime) -> "Told":
        first, closed = _midnight(since), row.recorded.upper
        stands = closed is None or closed > until
        last = on if row.held.upper is None else min(row.held.upper - DAY, on)
        return cls(
            row.entity_id,
            (max(row.held.lower or since, since), last if stands else min(last, timezone.localdate(closed))),
            (max(row.recorded.lower or first, first), until if stands else closed),
            attributes_of(as_told(row)),
            stands,
        )


def earlier_ties(checks: Sequence[Check], pack: Pack, *, days: int) -> Iterator[tuple[Check, list[Ground]]]:
    """For each of the checks made together of the rivals in one tender the grounds that equal contacts or
    accounts would have given on one of so many days before, and did not give on the day itself.

    By the rules of the pack that read contacts, in force on that day, as the record was known when the
    checks were made. Ends of the ties are the first and the day after the last of the days on which both
    had the same.
    """
    if not checks:
        return
    graph = Graph.from_json(checks[0].graph)
    matters = {check.pk: Matter.from_json(check.matter) for check in checks}
    bidders = {matter.intermediary for matter in matters.values()}
    since = checks[0].on - dt.timedelta(days=days) - DAY  # the last day of what was changed so long before
    told = _told(graph, since=since, on=checks[0].on, until=checks[0].known_at or checks[0].made_at)
    ties = {tie.ref: tie for tie in _ties(graph, told, bidders)}
    if not ties:
        return
    ever = [replace(tie, start=None, end=None) for tie in ties.values()]
    then = Graph.of([*graph.interests, *ever], graph.nodes, graph.same)
    for check in checks:
        found = grounds_of(then, matters[check.pk], _alone(pack))
        by_them = [ground for ground in found if _rests_on(ground, ties)]
        if by_them:
            yield check, [_dated(ground, ties) for ground in by_them]


def _rests_on(ground: Ground, ties: dict[str, Interest]) -> bool:
    return not ground.exemption and any(tie.ref in ties for tie in ground.chain)


def _alone(pack: Pack) -> Pack:
    return replace(pack, rules=tuple(rule for rule in pack.rules if rule.test in RULES))


def _dated(ground: Ground, ties: dict[str, Interest]) -> Ground:
    return replace(ground, chain=tuple(ties.get(tie.ref, tie) for tie in ground.chain))


def _told(graph: Graph, *, since: dt.date, on: dt.date, until: dt.datetime) -> list[Told]:
    keys = [int(node.urn.removeprefix(ENTITY)) for node in graph.nodes if node.urn.startswith(ENTITY)]
    rows = ContactRecord.objects.filter(
        entity__in=keys, held__overlap=(since, on + DAY), recorded__overlap=(_midnight(since), until)
    )
    return [Told.of(row, since=since, on=on, until=until) for row in rows.order_by("entity", "pk")]


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _ties(graph: Graph, told: list[Told], bidders: set[str]) -> Iterable[Interest]:
    nodes = {node.urn: node for node in graph.nodes}
    there = {interest.ref for interest in graph.interests}
    own = {int(urn.removeprefix(ENTITY)) for urn in bidders}
    for attribute, kind in SHARED.items():
        equal: dict[str, list[Told]] = {}
        for one in told:
            if value := one.values[attribute]:
                equal.setdefault(value, []).append(one)
        periods: dict[tuple[int, int], list[Shared]] = {}
        for rows in equal.values():
            for ends, shared in _pairs(rows, own):
                if f"register/{attribute}/{ends[0]}/{ends[1]}" not in there:
                    periods.setdefault(ends, []).append(shared)
        for ends, found in periods.items():
            yield _tie(nodes, ends, kind, attribute, found)


def _pairs(rows: list[Told], own: set[int]) -> Iterator[tuple[tuple[int, int], Shared]]:
    """Who had the same, a bidder first, with the days on which both had it by what was then on record."""
    for one in rows:
        if one.entity not in own:
            continue
        for other in rows:
            if other.entity == one.entity or (other.entity in own and other.entity < one.entity):
                continue
            first, last = max(one.days[0], other.days[0]), min(one.days[1], other.days[1])
            known = max(one.moments[0], other.moments[0]) < min(one.moments[1], other.moments[1])
            if first <= last and known:
                yield (one.entity, other.entity), (one.stands and other.stands, first, last)


def _tie(
    nodes: dict[str, Node], ends: tuple[int, int], kind: str, attribute: str, found: list[Shared]
) -> Interest:
    """The tie of two, over the days that the register still tells, or those it told before it told anew."""
    best = [shared for shared in found if shared[0]] or found
    return replace(
        tie_between(nodes, *ends, kind, attribute),
        start=min(first for _stands, first, _last in best),
        end=max(last for _stands, _first, last in best) + DAY,
        ref=f"{PREFIX}{attribute}/{ends[0]}/{ends[1]}",
    )
