"""What a check is told and what it reads: the one way to a graph and its matter, at the gate and after it."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from regulation.parties.models import Declaration, Entity, Region

from ..graph import Graph
from ..matter import Avoided, Exempted, Matter, Part
from ..models import Exemption
from .gathering import graph_of, read


@dataclass(frozen=True)
class About:
    """What a check knows besides intermediary and department.

    `owner` is who buys, `service` the code of what is bought, `region` where (the department's where not
    given); `rivals` are the other bidders once they are public, `agents` who sent each bid by the bidder's
    URN, `avoided` units the owner declared, `parts` who has what part in the same project already.
    """

    owner: Entity | None = None
    service: str = ""
    region: Region | None = None
    rivals: tuple[Entity, ...] = ()
    agents: dict[str, str] = field(default_factory=dict)
    avoided: tuple[Avoided, ...] = ()
    parts: tuple[Part, ...] = ()
    others: tuple[Entity, ...] = ()  # parties of `parts`


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
    roots = [intermediary, *([about.owner] if about.owner else []), *about.rivals, *about.others]
    region = about.region.code if about.region else department.region_id
    pair = (intermediary.pk, department.pk, region)
    told = read([*roots, department], on=on, known_at=known_at, pair=pair)
    graph = graph_of(told, compared=[intermediary, *about.rivals], agents=about.agents)
    return graph, Matter(
        intermediary=intermediary.urn,
        authority=department.urn,
        on=on,
        gate=str(gate),
        declared=told["declared"],
        whole=told["whole"],
        owner=about.owner.urn if about.owner else "",
        service=about.service,
        regions=tuple(told["regions"] or ["000000"]),
        rivals=tuple(sorted(rival.urn for rival in about.rivals)),
        avoided=about.avoided,
        parts=about.parts,
        exempted=tuple(Exempted(ref, tuple(rules)) for ref, rules in told["exempted"] or ()),
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
