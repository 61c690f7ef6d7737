"""Joint review schemes, and what is on record of how long their assessments take."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from regulation.parties.models import Region
from regulation.parties.queries import line_of

from ..jointplan import Needed
from ..market import market_facts
from ..models import (
    CalendarDay,
    DayKind,
    JointReviewItem,
    JointReviewScheme,
    JointReviewStage,
    Ruling,
    Service,
)
from .rulings import rulings_for


@dataclass(frozen=True, slots=True)
class Known:
    """An assessment of a scheme with its ruling in the scheme's region, and where its days come from.

    `days_from` is "ruling" (a time limit in law), "offers" (the median of published offers), or empty.
    """

    item: JointReviewItem
    ruling: Ruling | None
    days_from: str = ""

    @property
    def verdict(self) -> str:
        return str(self.ruling.verdict) if self.ruling else "none"


def schemes() -> QuerySet[JointReviewScheme]:
    """Every scheme with its working days in all and how many assessments it holds."""
    stages = JointReviewStage.objects.filter(scheme=OuterRef("pk")).order_by().values("scheme")
    items = JointReviewItem.objects.filter(scheme=OuterRef("pk")).order_by().values("scheme")
    return (
        JointReviewScheme.objects.select_related("region")
        .annotate(
            days=Subquery(stages.annotate(all=Sum("working_days")).values("all")),
            assessments=Coalesce(Subquery(items.annotate(all=Count("pk")).values("all")), 0),
        )
        .order_by("region", "ref")
    )


def schemes_for(services: Iterable[Service], region: Region) -> list[tuple[JointReviewScheme, list[str]]]:
    """Schemes of a region or its parents that hold some of the services, each with the codes it holds."""
    items = (
        JointReviewItem.objects.filter(service__in=list(services), scheme__region__in=line_of(region))
        .select_related("scheme", "service")
        .order_by("-scheme__region__depth", "scheme", "position")
    )
    found: dict[int, tuple[JointReviewScheme, list[str]]] = {}
    for item in items:
        if item.service is not None:
            found.setdefault(item.scheme_id, (item.scheme, []))[1].append(item.service.code)
    return list(found.values())


def needed_of(
    items: Sequence[JointReviewItem], region: Region, *, on: dt.date, today: dt.date
) -> list[Needed]:
    """The assessments with their days of preparation, from the ruling in force on `on`, else today's offers.

    The item of each is a `Known`. Days nobody gives stay None.
    """
    services = [item.service for item in items if item.service is not None]
    rulings = rulings_for(approval=None, services=services, region=region, on=on)
    market = market_facts(services, region, today) if services else {}
    needed = []
    for item in items:
        ruling = rulings.get(item.service_id) if item.service_id else None
        facts = market.get(item.service_id) if item.service_id else None
        if ruling is not None and ruling.days:
            known = Known(item, ruling, "ruling")
            needed.append(Needed(known, ruling.days, ruling.day_kind != DayKind.CALENDAR))
        elif facts is not None and facts.days:
            needed.append(Needed(Known(item, ruling, "offers"), facts.days))
        else:
            needed.append(Needed(Known(item, ruling)))
    return needed


def calendar_days(*, start: dt.date, end: dt.date) -> QuerySet[CalendarDay]:
    """The exceptions of the working calendar on the days [start, end)."""
    return CalendarDay.objects.filter(day__gte=start, day__lt=end).order_by("day")
