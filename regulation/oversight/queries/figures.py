"""Counts of reports: the public figures, and what a list may be narrowed by."""

import datetime as dt
from typing import Any

from django.db.models import Aggregate, CharField, Count, F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Cast, TruncMonth
from django.utils import timezone

from ..models import Outcome, Report

FEW = 3  # below so many answered reports no share and no median is told
FACET_KEYS = {"department": "department_id", "region": "region_id", "service": "service__code"}
MOST_OPTIONS = 40  # values of one facet


class Median(Aggregate):
    """The value half of the rows lie at or below."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def upheld_of(**about: Any) -> dict[str, int]:
    """How many reports about an approval, department or service were answered, and how many upheld."""
    counted: dict[str, int] = Report.objects.filter(**about, answer__isnull=False).aggregate(
        answered=Count("pk"), upheld=Count("pk", filter=Q(answer__outcome=Outcome.UPHELD))
    )
    return counted


def _arm(facet: str, left: QuerySet[Report]) -> QuerySet[Any]:
    rows: Any = left.order_by().filter(**{f"{facet}__isnull": False})
    named: Any = rows.values(
        facet=Value(facet, CharField()),
        value=Cast(FACET_KEYS[facet], CharField()),
        name=F(f"{facet}__name"),
        name_en=F(f"{facet}__name_en"),
    )
    counted: QuerySet[Any] = named.annotate(n=Count("pk")).order_by("-n", "value")[:MOST_OPTIONS]
    return counted


def facets(left: dict[str, QuerySet[Report]]) -> list[dict[str, Any]]:
    """The values of each facet with the reports they have among `left[facet]`, most first, in one query.

    Rows are dicts with facet, value, name, name_en and n; at most MOST_OPTIONS a facet.
    """
    first, *others = (_arm(facet, found) for facet, found in left.items())
    rows: list[Any] = list(first.union(*others, all=True))
    return sorted(rows, key=lambda row: (-row["n"], row["value"]))


def _figures(today: dt.date) -> dict[str, Any]:
    late = Q(withdrawn_at__isnull=True) & (
        Q(answer__isnull=True, due_on__lt=today)
        | Q(answer__round=1, review_asked_at__isnull=False, review_due_on__lt=today)
    )
    return {
        "filed": Count("pk"),
        "answered": Count("pk", filter=Q(answer__isnull=False)),
        "upheld": Count("pk", filter=Q(answer__outcome=Outcome.UPHELD)),
        "not_upheld": Count("pk", filter=Q(answer__outcome=Outcome.NOT_UPHELD)),
        "other": Count("pk", filter=Q(answer__outcome__in=[Outcome.OUTSIDE, Outcome.NEEDS_RULING])),
        "withdrawn": Count("pk", filter=Q(withdrawn_at__isnull=False)),
        "overdue": Count("pk", filter=late),
        "median_days": Median("answer_days"),
    }


def totals(found: QuerySet[Report], *, today: dt.date) -> dict[str, Any]:
    """The figures over all of some reports, and how many of them were invented for a demo."""
    return found.aggregate(**_figures(today), invented=Count("pk", filter=Q(is_invented=True)))


def figures_by(found: QuerySet[Report], dimension: str, *, today: dt.date) -> QuerySet[Any]:
    """The figures by region, department, service or kind: most reports first. Rows are dicts with `key`."""
    rows: Any = found.order_by().values(key=F(dimension))
    counted: QuerySet[Any] = rows.annotate(**_figures(today)).order_by("-filed", "key")
    return counted


def months(found: QuerySet[Report], *, today: dt.date, last: int = 12) -> list[dict[str, Any]]:
    """Reports filed and answered by month of filing, the last so many months that have any, oldest first."""
    rows = (
        found.order_by()
        .annotate(month=TruncMonth("filed_at", tzinfo=timezone.get_default_timezone()))
        .values("month")
        .annotate(**_figures(today))
        .order_by("-month")[:last]
    )
    found_rows: list[Any] = list(rows)
    return found_rows[::-1]
