"""What is required where, on which day, as said when."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from regulation.parties.models import Region
from regulation.parties.queries import line_of, region_and_parents

from ..models import (
    Approval,
    AreaAssessmentMatter,
    Consultation,
    EditionRow,
    Ruling,
    RulingBasis,
    Service,
    judged,
)


def services_of(approval: Approval) -> QuerySet[Service]:
    """The services that rulings join to an approval, or whose output its papers plainly are."""
    return Service.objects.filter(
        Q(rulings__approval=approval, rulings__published_at__isnull=False) | Q(materials__approval=approval)
    ).distinct()


def bases() -> "Prefetch[str, QuerySet[RulingBasis], str]":
    """What rulings rest on, without the texts that only an article's own page shows."""
    text = ("full_text", "full_text_source", "full_text_on", "instrument__pinyin", "instrument__initials")
    cited = RulingBasis.objects.select_related("provision__instrument")
    return Prefetch("bases", cited.defer(*(f"provision__{name}" for name in text)))


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
    nearest = {code: rank for rank, code in enumerate(line_of(region))}
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    about = Q(approval__isnull=True) | Q(approval=approval) if approval else Q(approval__isnull=True)
    found = (
        rulings.in_force_on(on)
        .filter(about, service__in=list(services), region__in=list(nearest))
        .select_related("service", "region", "approval")
        .prefetch_related(bases())
    )
    best: dict[int, Ruling] = {}
    for ruling in sorted(found, key=lambda r: (nearest[r.region_id], r.approval_id is None, r.pk)):
        best.setdefault(ruling.service_id, judged(ruling, on))
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


def ruling_at(
    *,
    service: str,
    region: str,
    approval: str | None,
    on: dt.date,
    said_at: dt.datetime | None = None,
) -> Ruling | None:
    """As `verdict_for`, of a place named as in an address, by codes and an approval's ref; `with_all`.

    None also where one of the three is not on record. Three queries.
    """
    nearest = {code: rank for rank, code in enumerate(region_and_parents(region))}
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    about = Q(approval__isnull=True)
    if approval:
        about |= Q(approval=_key(Approval.objects.filter(ref=approval)))
    found = rulings.in_force_on(on).filter(
        about, service=_key(Service.objects.filter(code=service)), region__in=list(nearest)
    )
    if region not in nearest:
        return None
    best = min(
        with_all(found.order_by()),
        key=lambda r: (nearest[r.region_id], r.approval_id is None, r.pk),
        default=None,
    )
    return judged(best, on) if best else None


def _key(one: "QuerySet[Any]") -> Subquery:
    return Subquery(one.order_by().values("pk")[:1])


def with_all(rulings: QuerySet[Ruling]) -> QuerySet[Ruling]:
    """Rulings with what the page of one says; `author_name` and `reviewer_name` are its two people's.

    `is_listed` tells whether an edition of a list names it, `is_discussed` whether there was a consultation
    on its service: where neither is, as of most, a page need not ask.
    """
    found = rulings.select_related("approval", "service", "region").prefetch_related(bases())
    return found.annotate(
        author_name=F("author__name"),
        reviewer_name=F("reviewer__name"),
        is_listed=Exists(EditionRow.objects.filter(ruling=OuterRef("pk"))),
        is_discussed=Exists(Consultation.objects.filter(ruling__service=OuterRef("service"))),
    )


def area_matters_for(services: Iterable[Service], region: Region) -> dict[int, list[AreaAssessmentMatter]]:
    """Matters a region, or a parent of it, may have assessed for a whole zone, by service."""
    matters: dict[int, list[AreaAssessmentMatter]] = {}
    found = AreaAssessmentMatter.objects.filter(
        service__in=list(services), region__in=line_of(region)
    ).select_related("provision__instrument", "region")
    for matter in found:
        if matter.service_id is not None:
            matters.setdefault(matter.service_id, []).append(matter)
    return matters


def history_of(ruling: Ruling) -> QuerySet[Ruling]:
    """All that this site ever published on the same approval, service and region, newest first.

    Each says only its necessity and its two periods.
    """
    same = Ruling.objects.published().filter(service=ruling.service_id, region=ruling.region_id)
    same = same.filter(approval=ruling.approval_id).order_by("-in_force", "-recorded", "-pk")
    return same.only("necessity", "in_force", "recorded")


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
