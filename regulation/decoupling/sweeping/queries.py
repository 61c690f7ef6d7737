"""Reads of sweeps."""

import datetime as dt

from django.db.models import Q, QuerySet

from regulation.parties.models import Declaration, Entity, EntityKind

from ..models import Gate, Sweep, SweepStatus, SweptPair
from ..rules import Pack, Rule

GATE = Gate.INQUIRY  # a sweep asks as a regulator does
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


def beyond_sweeps(pack: Pack, *, on: dt.date) -> list[Rule]:
    """The rules in force on a day that no sweep can judge: they need a tender, or do not ask at this gate."""
    return [
        rule
        for rule in pack.rules
        if (rule.start is None or rule.start <= on)
        and (rule.end is None or on < rule.end)
        and (rule.facts or (rule.gates and GATE not in rule.gates))
    ]


def next_departments(sweep: Sweep, *, most: int) -> list[Entity]:
    """The departments a sweep takes next, by key."""
    left = Entity.objects.departments().filter(pk__gt=sweep.last_department, created_at__lte=sweep.known_at)
    return list(left.select_related("region").order_by("pk")[:most])
