"""The public record: figures, answered reports, one of them. Nothing here leads to who reported."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, Region
from regulation.registry.models import Service

from .. import queries
from ..forms import PublicFilter, StatisticsFilter
from ..models import EventKind, Kind, Report
from ..states import state_of
from .wizard import told

PAGE = 20
DIMENSIONS = {
    "department": (_("By department"), Entity),
    "region": (_("By region"), Region),
    "service": (_("By service"), Service),
    "kind": (_("By what was demanded"), None),
}
PUBLIC_EVENTS = (EventKind.FILED, EventKind.OVERDUE, EventKind.ANSWERED, EventKind.REVIEW_ASKED)


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """Answered reports, the newest answer first."""
    found = PublicFilter(request.GET or None, queryset=queries.answered_reports())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "oversight/report_list.html", {"filter": found, "page_obj": page})


@require_safe
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One answered report as the public may know it: the month, not the day; the law, not the person."""
    found = get_object_or_404(queries.answered_reports().select_related("ruling"), ref=ref)
    events = [
        {"at": event.at, "title": event.get_kind_display(), "text": ""}
        for event in found.events.filter(kind__in=PUBLIC_EVENTS)
    ]
    state = state_of(found, answer_round=found.answer.round if found.answer else None)
    context = {
        "report": found,
        "state": state,
        "events": events,
        "month": f"{found.asked_on:%Y-%m}",
        **told(found.verdict, found.ruling, found.kind),
    }
    return render(request, "oversight/report.html", context)


def _named(dimension: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    model: Any = DIMENSIONS[dimension][1]
    keys = [row["key"] for row in rows if row["key"] is not None]
    labels = dict(Kind.choices) if model is None else model.objects.in_bulk(keys)
    for row in rows:
        row["label"] = labels.get(row["key"]) or _("not a service on record")
        row["few"] = row["answered"] < queries.FEW
    return rows


def _bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each month with the place of its bar, in per cent of the width and pixels of the height."""
    most = max((row["filed"] for row in rows), default=0) or 1
    step = 100 / max(len(rows), 1)
    for n, row in enumerate(rows):
        local = timezone.localtime(row["month"])
        row["label"] = f"{local:%Y-%m}"
        row["x"] = round(n * step + step * 0.15, 2)
        row["width"] = round(step * 0.7, 2)
        row["middle"] = round(n * step + step / 2, 2)
        for name in ("filed", "answered"):
            row[f"{name}_height"] = round(row[name] / most * 120)
            row[f"{name}_y"] = 140 - row[f"{name}_height"]
    return rows


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How many reports there are, how they were answered and how fast, over what the reader chooses."""
    today = timezone.localdate(database_now())
    found = StatisticsFilter(request.GET or None, queryset=Report.objects.all())
    dimension = request.GET.get("by", "department")
    dimension = dimension if dimension in DIMENSIONS else "department"
    page = Paginator(queries.figures_by(found.qs, dimension, today=today), PAGE).get_page(
        request.GET.get("page")
    )
    whole = queries.totals(found.qs, today=today)
    context = {
        "filter": found,
        "page_obj": page,
        "rows": _named(dimension, list(page.object_list)),
        "whole": whole,
        "few": whole["answered"] < queries.FEW,
        "months": _bars(queries.months(found.qs, today=today)),
        "dimension": dimension,
        "dimensions": [(name, label) for name, (label, _model) in DIMENSIONS.items()],
        "least": queries.FEW,
    }
    return render(request, "oversight/statistics.html", context)
