"""What a check is told and what it reads: the one way to a graph and its matter, at the gate and after it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from regulation.parties.models import Declaration, Entity, Region

from ..graph import Graph
from ..matter import Avoided, Exempted, Matter, Part
from ..models import Exemption, Gate
from .gathering import graph_of, read, told_of
from .rivals import with_contacts_of


@dataclass(frozen=True)
class About:
    """What a check knows besides intermediary and department.

    `owner` is who buys, `service` the code of what is bought and `also` of what is bought with it, `region`
    where (the department's where not given); `rivals` are the other bidders once they are public, `agents`
    who sent each bid by the bidder's URN, `contacts_at` the moment their bids were opened, `avoided` units
    the owner declared, `parts` who has what part in the same project already.
    """

    owner: Entity | None = None
    service: str = ""
    region: Region | None = None
    rivals: tuple[Entity, ...] = ()
    agents: dict[str, str] = field(default_factory=dict)
    avoided: tuple[Avoided, ...] = ()
    parts: tuple[Part, ...] = ()
    others: tuple[Entity, ...] = ()  # parties of `parts`
    also: tuple[str, ...] = ()
    contacts_at: dt.datetime | None = None


NOTHING_MORE = About()


def asked(
    *,
    intermediary: Entity,
    department: Entity,
    on: dt.date,
    gate: str,
    about: About = NOTHING_MORE,
    known_at: dt.datetime | None = None,
) -> tuple[Graph, Matter]:
    """What the record says around the parties on a day, and the matter as the rules see it.

    With `known_at`, interests, merges, declarations and exemptions as they were on record at that moment.
    """
    region = _region(department, about)
    pair = (intermediary.pk, department.pk, region)
    roots, compared = _roots(intermediary, department, about), [intermediary, *about.rivals]
    beside = ([entity.pk for entity in compared], department.pk)
    told = read(roots, on=on, known_at=known_at, pair=pair, beside=beside)
    graph = graph_of(told, compared=compared, agents=about.agents)
    matter = _matter(_asking(department, on=on, gate=gate, about=about), intermediary, told)
    return with_contacts_of(graph, matter.rivals, at=matter.contacts_at), matter


def asked_of_all(
    *, intermediaries: Sequence[Entity], department: Entity, on: dt.date, gate: str, about: About
) -> tuple[Graph, list[Matter]]:
    """`asked` of each of some rivals in one tender, which are all asked about the same parties: the record is
    read once, and the graph is one. Raises ValueError for one that is not among the rivals.
    """
    if not {entity.pk for entity in intermediaries} <= {rival.pk for rival in about.rivals}:
        raise ValueError("only rivals in one tender are asked about together")
    beside = ([entity.pk for entity in about.rivals], department.pk)
    told = read(_roots(None, department, about), on=on, known_at=None, beside=beside)
    graph = graph_of(told, compared=about.rivals, agents=about.agents)
    asking = _asking(department, on=on, gate=gate, about=about)
    graph = with_contacts_of(graph, asking.rivals, at=asking.contacts_at)
    each = told_of(
        [entity.pk for entity in intermediaries],
        authority=department.pk,
        region=_region(department, about),
        on=on,
        known_at=None,
    )
    pairs = zip(intermediaries, each, strict=True)
    return graph, [_matter(asking, entity, told | own) for entity, own in pairs]


def _region(department: Entity, about: About) -> str | None:
    return about.region.code if about.region else department.region_id


def _roots(intermediary: Entity | None, department: Entity, about: About) -> list[Entity]:
    own = [intermediary] if intermediary else []
    return [*own, *([about.owner] if about.owner else []), *about.rivals, *about.others, department]


def _asking(department: Entity, *, on: dt.date, gate: str, about: About) -> Matter:
    """What a matter holds whoever the intermediary is."""
    return Matter(
        intermediary="",
        authority=department.urn,
        on=on,
        gate=str(gate),
        declared=False,
        owner=about.owner.urn if about.owner else "",
        service=about.service,
        rivals=tuple(sorted(rival.urn for rival in about.rivals)),
        avoided=about.avoided,
        parts=about.parts,
        also=about.also,
        contacts_at=about.contacts_at if str(gate) != Gate.OPENING else None,
    )


def _matter(asking: Matter, intermediary: Entity, told: dict[str, Any]) -> Matter:
    return replace(
        asking,
        intermediary=intermediary.urn,
        declared=told["declared"],
        whole=told["whole"],
        regions=tuple(told["regions"] or ["000000"]),
        exempted=tuple(Exempted(ref, tuple(rules)) for ref, rules in told["exempted"] or ()),
        neighbours=tuple(f"parties.entity/{key}" for key in told["neighbours"]),
    )


def has_declared(entity: Entity, *, on: dt.date, known_at: dt.datetime | None = None) -> bool:
    """Whether the entity declared its interests on or before a day, and by a moment."""
    by_then = Q(made_at__lte=known_at) if known_at else Q()
    return Declaration.objects.filter(by_then, entity=entity, as_of__lte=on).exists()


def exempted(
    *, intermediary: Entity, department: Entity, on: dt.date, known_at: dt.datetime | None = None
) -> tuple[Exempted, ...]:
    """The exemptions of a pair in force on a day, as the record has it or had it at a moment."""
    rows = Exemption.objects.in_force_on(on, known_at=known_at)
    rows = rows.filter(intermediary=intermediary, department=department)
    return tuple(Exempted(row.urn, tuple(row.rules)) for row in rows.order_by("pk"))
