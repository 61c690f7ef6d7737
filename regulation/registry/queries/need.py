"""What a need check reads: the facts behind a plan, in a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from regulation.parties.models import Region
from regulation.parties.queries import line_of

from ..market import market_facts
from ..models import (
    Activity,
    Approval,
    Condition,
    Material,
    Necessity,
    Ruling,
    Service,
    Zone,
    ZoneAssessment,
    judged,
)
from ..plan import Answer, Cover, Facts
from .rulings import area_matters_for, bases
from .search import words_of

Answers = Mapping[str, Answer]
MOST_ZONES = 60
BELOW = """
    WITH RECURSIVE below(code) AS (
        SELECT code FROM parties_region WHERE code = %s
        UNION SELECT r.code FROM parties_region r JOIN below ON r.parent_id = below.code
    ) SELECT code FROM below"""


def search_activities(query: str) -> QuerySet[Activity]:
    """Activities whose names, pinyin or initials hold every word of the query."""
    activities = Activity.objects.select_related("region")
    for word in words_of(query):
        activities = activities.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(pinyin__icontains=word)
            | Q(initials__icontains=word)
        )
    return activities


def zones_within(region: Region) -> QuerySet[Zone]:
    """The zones of a region and of the regions directly or indirectly below it."""
    below = RawSQL(BELOW, [region.pk])  # noqa: S611 - a constant, its one value bound
    return Zone.objects.filter(region__in=below).select_related("region").order_by("name", "pk")


def regions_with_approvals() -> QuerySet[Region]:
    """The regions of approvals on record."""
    return Region.objects.filter(pk__in=Approval.objects.order_by().values("region").distinct())


def zones_to_choose() -> list[Zone]:
    """Zones for one field of choice, by region; none where there are too many for one."""
    zones = list(Zone.objects.select_related("region").order_by("region", "name", "pk")[: MOST_ZONES + 1])
    return zones if len(zones) <= MOST_ZONES else []


def pairs_of(
    approvals: Sequence[Approval], *, said_at: dt.datetime | None = None
) -> dict[int, list[Service]]:
    """The services that rulings join to each approval, or whose output its papers plainly are.

    `said_at` leaves out rulings that were published after a moment; of papers there is but one record.
    """
    keys = [approval.pk for approval in approvals]
    ruled = Ruling.objects.published().filter(approval__in=keys)
    if said_at:
        ruled = ruled.filter(recorded__startswith__lte=said_at)
    asked = Material.objects.filter(approval__in=keys, service__isnull=False)
    both = (found.order_by().values_list("approval", "service") for found in (ruled, asked))
    pairs = set(next(both).union(next(both)))
    services = Service.objects.in_bulk({service for _approval, service in pairs})
    found: dict[int, list[Service]] = defaultdict(list)
    for approval, service in sorted(pairs):
        found[approval].append(services[service])
    return found


def conditions_of(facts: Iterable[Facts]) -> list[Condition]:
    """The questions on whose answers the plan depends, each once, in the order of the services."""
    asked: dict[str, Condition] = {}
    for one in facts:
        for ruling in (one.ruling, one.outside):
            if ruling is not None and ruling.condition is not None:
                asked.setdefault(ruling.condition_id, ruling.condition)
    return list(asked.values())


def facts_for(
    *,
    approvals: Sequence[Approval],
    region: Region,
    on: dt.date,
    zone: Zone | None = None,
    zone_said: bool = False,
    answers: Answers,
    said_at: dt.datetime | None = None,
) -> dict[int, list[Facts]]:
    """What is known of each service of each approval, by the approval's key.

    `zone_said`: whether the applicant has said where the project lies; with no zone it lies outside any. An
    answer absent from `answers` is unsure. `said_at` asks what this site said of rulings and zones at a
    moment; the market is told of as it is. The number of queries does not depend on the approvals.
    """
    pairs = pairs_of(approvals, said_at=said_at)
    services = list({service.pk: service for found in pairs.values() for service in found}.values())
    rulings = _rulings(approvals, services, region, on, said_at)
    matters = area_matters_for(services, region)
    assessed = _assessed(zone, on, said_at)
    market = market_facts(services, region, on) if services else {}

    def known(approval: Approval, service: Service) -> Facts:
        ruling, outside = _best(rulings[service.pk], approval)
        decides = outside if ruling is not None and ruling.verdict == Necessity.AREA_ASSESSED else ruling
        condition = decides.condition_id if decides is not None else None
        by = assessed.get(service.pk)
        return Facts(
            service=service,
            ruling=ruling,
            outside=outside,
            answer=answers.get(condition, Answer.UNSURE) if condition else Answer.NO_CONDITION,
            cover=Cover(by.effect) if by else Cover.OUTSIDE if zone_said else Cover.UNSAID,
            cover_by=by,
            matters=tuple(matters.get(service.pk, ())),
            market=market.get(service.pk),
        )

    return {a.pk: [known(a, service) for service in pairs.get(a.pk, ())] for a in approvals}


def _rulings(
    approvals: Sequence[Approval],
    services: Sequence[Service],
    region: Region,
    on: dt.date,
    said_at: dt.datetime | None,
) -> dict[int, list[Ruling]]:
    """By service, the rulings that may hold for these approvals on a day, the nearest first."""
    nearest = {code: rank for rank, code in enumerate(line_of(region))}
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    found = (
        rulings.in_force_on(on)
        .filter(Q(approval__isnull=True) | Q(approval__in=list(approvals)))
        .filter(service__in=list(services), region__in=list(nearest))
        .select_related("service", "region", "approval", "condition")
        .prefetch_related(bases())
    )
    by_service: dict[int, list[Ruling]] = defaultdict(list)
    for ruling in sorted(found, key=lambda r: (nearest[r.region_id], r.approval_id is None, r.pk)):
        by_service[ruling.service_id].append(judged(ruling, on))
    return by_service


def _best(rulings: Sequence[Ruling], approval: Approval) -> tuple[Ruling | None, Ruling | None]:
    """The ruling that holds, and the first that is not about assessed areas."""
    fitting = [ruling for ruling in rulings if ruling.approval_id in (None, approval.pk)]
    beneath = (ruling for ruling in fitting if ruling.verdict != Necessity.AREA_ASSESSED)
    return (fitting[0] if fitting else None), next(beneath, None)


def _assessed(zone: Zone | None, on: dt.date, said_at: dt.datetime | None) -> dict[int, ZoneAssessment]:
    """The zone's assessments that are valid on a day, by service.

    What had been published by `said_at`: an assessment is never ended for a day gone by, so those of a plan
    for its own day stay as they were.
    """
    if zone is None:
        return {}
    found: Any = zone.assessments.published().filter(valid__contains=on)
    if said_at:
        found = found.filter(published_at__lte=said_at)
    found = found.select_related("provision__instrument", "zone")
    return {assessment.service_id: assessment for assessment in found}


def earlier_of(rulings: Sequence[Ruling], *, said_at: dt.datetime | None = None) -> dict[int, Ruling]:
    """By each ruling's key, the one that held at its place until it began; absent where none is on record."""
    if not rulings:
        return {}
    versions = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    ended = versions.filter(
        service__in={r.service_id for r in rulings},
        region__in={r.region_id for r in rulings},
        in_force__endswith__in={r.in_force.lower for r in rulings},
    )
    there = {(r.approval_id, r.service_id, r.region_id, r.in_force.upper): r for r in ended}
    found = {r.pk: there.get((r.approval_id, r.service_id, r.region_id, r.in_force.lower)) for r in rulings}
    return {pk: earlier for pk, earlier in found.items() if earlier is not None}
