"""What is required where, on which day, as said when."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import F, Prefetch, Q, QuerySet

from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents

from ..models import Approval, AreaAssessmentMatter, Ruling, RulingBasis, Service


def services_of(approval: Approval) -> QuerySet[Service]:
    """The services that rulings join to an approval, or whose output its papers plainly are."""
    return Service.objects.filter(
        Q(rulings__approval=approval, rulings__published_at__isnull=False) | Q(materials__approval=approval)
    ).distinct()


def bases() -> "Prefetch[str, QuerySet[RulingBasis], str]":
    return Prefetch("bases", RulingBasis.objects.select_related("provision__instrument"))


def rulings_for(
    *,
    approval: Approval | None,
    services: Iterable[Service],
    region: Region,
    on: dt.date,
    said_at: dt.datetime | None = None,
) -> dict[int, Ruling]:
    """For each service the ruling that holds on a day, by the service's key; those without one are absent.

    The nearest region wins, then its parents; in one region a ruling on the approval beats one on the service
    alone. `said_at` asks what this site said at a moment; without it, what it says now.
    """
    nearest = {code: rank for rank, code in enumerate(region_and_parents(region.code))}
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    about = Q(approval__isnull=True) | Q(approval=approval) if approval else Q(approval__isnull=True)
    found = (
        rulings.in_force_on(on)
        .judged_on(on)
        .filter(about, service__in=list(services), region__in=list(nearest))
        .select_related("service", "region", "approval")
        .prefetch_related(bases())
    )
    best: dict[int, Ruling] = {}
    for ruling in sorted(found, key=lambda r: (nearest[r.region_id], r.approval_id is None, r.pk)):
        best.setdefault(ruling.service_id, ruling)
    return best


def verdict_for(
    *,
    approval: Approval | None,
    service: Service,
    region: Region,
    on: dt.date,
    said_at: dt.datetime | None = None,
) -> Ruling | None:
    """The one ruling on a service that holds on a day, or None where none is on record."""
    found = rulings_for(approval=approval, services=[service], region=region, on=on, said_at=said_at)
    return found.get(service.pk)


def area_matters_for(services: Iterable[Service], region: Region) -> dict[int, list[AreaAssessmentMatter]]:
    """Matters a region, or a parent of it, may have assessed for a whole zone, by service."""
    matters: dict[int, list[AreaAssessmentMatter]] = {}
    found = AreaAssessmentMatter.objects.filter(
        service__in=list(services), region__in=region_and_parents(region.code)
    ).select_related("provision__instrument", "region")
    for matter in found:
        if matter.service_id is not None:
            matters.setdefault(matter.service_id, []).append(matter)
    return matters


def history_of(ruling: Ruling) -> QuerySet[Ruling]:
    """All that this site ever published on the same approval, service and region, newest first."""
    same = Ruling.objects.published().filter(service=ruling.service_id, region=ruling.region_id)
    return (
        same.filter(approval=ruling.approval_id)
        .select_related("service", "region")
        .order_by("-in_force", "-recorded", "-pk")
    )


def rulings_on(service: Service, *, on: dt.date, said_at: dt.datetime | None = None) -> QuerySet[Ruling]:
    """Every ruling in force on a service on a day: the country first, the service alone before its pairs."""
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    return (
        rulings.in_force_on(on)
        .judged_on(on)
        .filter(service=service)
        .select_related("approval", "region", "service")
        .prefetch_related(bases())
        .order_by("region__depth", "region", F("approval__pinyin").asc(nulls_first=True), "pk")
    )
