"""Reads of sweeps."""

import datetime as dt

from django.db.models import Q, QuerySet

from regulation.parties.models import Declaration, Entity, EntityKind
from regulation.parties.queries import region_and_parents

from ..matter import Matter
from ..models import Gate, Sweep, SweepStatus, SweptPair
from ..queries import exempted, has_declared

STUCK = dt.timedelta(minutes=2)  # a running sweep that has not moved for so long has lost its worker


def intermediaries() -> QuerySet[Entity]:
    """Who is swept: entities of the kind intermediary, and whoever else declared its interests to sell."""
    declared = Declaration.objects.values("entity")
    return Entity.objects.filter(Q(kind=EntityKind.INTERMEDIARY) | Q(pk__in=declared))


def sweeps() -> QuerySet[Sweep]:
    """All sweeps, newest first."""
    return Sweep.objects.select_related("asked_by").order_by("-pk")


def running() -> Sweep | None:
    """The sweep under way, if any."""
    return Sweep.objects.filter(status=SweepStatus.RUNNING).first()


def last_done() -> Sweep | None:
    """The sweep finished last."""
    return Sweep.objects.filter(status=SweepStatus.DONE).order_by("-pk").first()


def found_by(sweep: Sweep) -> QuerySet[SweptPair]:
    """What a sweep found, in the order of departments."""
    return sweep.found.select_related("intermediary", "department__region").order_by("pk")


def next_departments(sweep: Sweep, *, most: int) -> list[Entity]:
    """The departments a sweep takes next, by key."""
    left = Entity.objects.departments().filter(pk__gt=sweep.last_department, created_at__lte=sweep.known_at)
    return list(left.select_related("region").order_by("pk")[:most])


def matter_of(*, intermediary: Entity, department: Entity, on: dt.date, whole: bool) -> Matter:
    """The matter a regulator's own check of the pair has: no owner, no service, no rivals."""
    region = department.region_id
    return Matter(
        intermediary=intermediary.urn,
        authority=department.urn,
        on=on,
        gate=str(Gate.INQUIRY),
        declared=has_declared(intermediary, on=on),
        whole=whole,
        regions=tuple(region_and_parents(region)) if region else ("000000",),
        exempted=exempted(intermediary=intermediary, department=department, on=on),
    )
