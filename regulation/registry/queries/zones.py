"""Zones, and what their assessments change."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from ..models import Activity, Necessity, Ruling, Zone, ZoneAssessment
from ..plan import Answer, Cover, Outcome, outcome

ENDING_SOON = 60  # days before an assessment ends on which editors are told


@dataclass(frozen=True, slots=True)
class Changed:
    """A ruling that holds in a zone's region, and what it comes to outside the zone and inside it."""

    ruling: Ruling
    before: Outcome
    after: Outcome


def zones_with_counts(*, on: dt.date) -> QuerySet[Zone]:
    """Every zone with `valid_now`, how many of its published assessments are valid on a day."""
    counted = Q(assessments__published_at__isnull=False, assessments__valid__contains=on)
    return (
        Zone.objects.select_related("region")
        .annotate(valid_now=Count("assessments", filter=counted))
        .order_by("region", "name", "pk")
    )


def assessments_of(zone: Zone) -> QuerySet[ZoneAssessment]:
    """What a zone has had assessed, as published; what ends last, first."""
    return (
        zone.assessments.published()
        .select_related("service", "provision__instrument")
        .order_by("-valid__endswith", "service__pinyin", "pk")
    )


def changed_by(
    assessments: Sequence[ZoneAssessment], line: Sequence[str], *, on: dt.date
) -> dict[int, list[Changed]]:
    """By assessment, the rulings that hold in its region on a day and that it changes, general ones first.

    `line` is the region and its parents, the nearest first. A ruling with a condition is judged for projects
    that meet it.
    """
    by_service = _rulings({a.service_id for a in assessments}, line, on=on)
    found: dict[int, list[Changed]] = {}
    for one in assessments:
        lines = [_changed(pair, one) for pair in by_service[one.service_id]]
        found[one.pk] = [line for line in lines if line.before != line.after]
    return found


def _changed(pair: tuple[Ruling, str], assessment: ZoneAssessment) -> Changed:
    ruling, beneath = pair
    answer = Answer.YES if ruling.condition_id else Answer.NO_CONDITION
    verdict = str(ruling.verdict)
    return Changed(
        ruling,
        outcome(verdict, answer, Cover.OUTSIDE, beneath),
        outcome(verdict, answer, Cover(assessment.effect), beneath),
    )


def _rulings(
    services: Iterable[int], line: Sequence[str], *, on: dt.date
) -> dict[int, list[tuple[Ruling, str]]]:
    """By service, each ruling that decides somewhere in the region, with the verdict beneath an area's."""
    nearest = {code: rank for rank, code in enumerate(line)}
    rulings = (
        Ruling.objects.on_record()
        .in_force_on(on)
        .judged_on(on)
        .filter(service__in=services, region__in=list(nearest))
        .select_related("service", "region", "approval")
    )
    held: dict[int, list[Ruling]] = defaultdict(list)
    for ruling in sorted(rulings, key=lambda r: (nearest[r.region_id], r.approval_id is None, r.pk)):
        held[ruling.service_id].append(ruling)
    found: dict[int, list[tuple[Ruling, str]]] = defaultdict(list)
    for service, those in held.items():
        for approval in sorted({r.approval_id for r in those}, key=lambda pk: pk or 0):
            fitting = [r for r in those if r.approval_id in (None, approval)]
            if fitting[0].approval_id == approval:
                beneath = (str(r.verdict) for r in fitting if r.verdict != Necessity.AREA_ASSESSED)
                found[service].append((fitting[0], next(beneath, "none")))
    return found


def activities_in(line: Sequence[str]) -> QuerySet[Activity]:
    """What an applicant may want to do in a region: its activities and its parents', as `line` names them."""
    return Activity.objects.filter(region__in=line).order_by("pinyin", "pk")


def assessment_drafts() -> QuerySet[ZoneAssessment]:
    """Assessments that wait for a second person, oldest first."""
    return (
        ZoneAssessment.objects.drafts()
        .select_related("zone__region", "service", "author", "provision__instrument")
        .order_by("created_at", "pk")
    )


def assessments_ending(*, on: dt.date, within: int = ENDING_SOON) -> QuerySet[ZoneAssessment]:
    """Published assessments valid on a day that end within so many days after it, the first to end first."""
    last = on + dt.timedelta(days=within)
    return (
        ZoneAssessment.objects.published()
        .valid_on(on)
        .filter(valid__endswith__lte=last)
        .select_related("zone__region", "service")
        .order_by("valid__endswith", "pk")
    )
