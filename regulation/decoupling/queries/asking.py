"""What a check is told and what it reads: the one way to a graph and its matter, at the gate and after it."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from regulation.parties.models import Declaration, Entity, Region
from regulation.parties.queries import region_and_parents

from ..graph import Graph
from ..matter import Avoided, Exempted, Matter, Part
from ..models import Exemption
from .gathering import gather


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
    graph, whole = gather(
        [*roots, department],
        on=on,
        known_at=known_at,
        compared=[intermediary, *about.rivals],
        agents=about.agents,
    )
    region = about.region.code if about.region else department.region_id
    return graph, Matter(
        intermediary=intermediary.urn,
        authority=department.urn,
        on=on,
        gate=str(gate),
        declared=has_declared(intermediary, on=on, known_at=known_at),
        whole=whole,
        owner=about.owner.urn if about.owner else "",
        service=about.service,
        regions=tuple(region_and_parents(region)) if region else ("000000",),
        rivals=tuple(sorted(rival.urn for rival in about.rivals)),
        avoided=about.avoided,
        parts=about.parts,
        exempted=exempted(intermediary=intermediary, department=department, on=on, known_at=known_at),
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
