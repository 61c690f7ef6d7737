"""The public record: figures, answered reports, one of them. Nothing here leads to who reported."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Entity, Region, Role
from regulation.registry.models import Service

from .. import queries
from ..forms import EVERY, PublicFilter, StatisticsFilter
from ..models import Event, EventKind, Kind, Outcome, Report
from ..states import state_of
from .panel import facets_of
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
    context = {"filter": found, "page_obj": page, "facets": facets_of(found)}
    return render(request, "oversight/report_list.html", context)


def _public_time(event: Event) -> dt.date | str:
    """The day of an answer; of anything else, which would tell when somebody filed, the month."""
    local = timezone.localtime(event.at)
    return local.date() if event.kind == EventKind.ANSWERED else f"{local:%Y-%m}"


@require_safe
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One answered report as the public may know it: the law, not the person.

    Of whatever would lead to the day somebody came or filed it tells the month.
    """
    found = get_object_or_404(queries.answered_reports().select_related("ruling"), ref=ref)
    events = [
        {
            "at": _public_time(event),
            "title": event.get_kind_display(),
            "text": "",
        }
        for event in found.events.filter(kind__in=PUBLIC_EVENTS)
    ]
    state = state_of(found, answer_round=found.answer.round if found.answer else None)
    context = {
        "report": found,
        "state": state,
        "events": events,
        "replaced": queries.answers_before(found),
        "month": f"{found.asked_on:%Y-%m}",
        "in_time": found.answered_at and timezone.localdate(found.answered_at) <= found.due_on,
        **told(found.verdict, found.ruling, found.kind),
    }
    return render(request, "oversight/report.html", context)


def _named(dimension: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row with what it is about, what a list is narrowed by to show it, and whether it is too small."""
    model: Any = DIMENSIONS[dimension][1]
    keys = [row["key"] for row in rows if row["key"] is not None]
    things = dict(Kind.choices) if model is None else model.objects.in_bulk(keys)
    for row in rows:
        thing = things.get(row["key"])
        row["label"], row["is_data"] = thing or _("not a service on record"), bool(thing and model)
        row["value"] = getattr(thing, "code", row["key"]) if dimension == "service" else row["key"]
        row["few"] = row["answered"] < queries.FEW
    return rows


def _linked(row: dict[str, Any], held: dict[str, str], *, regulator: bool) -> dict[str, Any]:
    """A row of figures, each with the list that shows its records; what is not public only for regulators."""
    listed = reverse("oversight:report_list")
    links = {"answered": f"{listed}?{urlencode(held)}"}
    for name in (Outcome.UPHELD, Outcome.NOT_UPHELD):
        links[name.value] = f"{listed}?{urlencode(held | {'outcome': name.value})}"
    if regulator:
        queue = reverse("oversight:queue")
        links["filed"] = f"{queue}?{urlencode(held | {'state': EVERY})}"
        links["withdrawn"] = f"{queue}?{urlencode(held | {'state': 'withdrawn'})}"
        links["overdue"] = f"{queue}?{urlencode(held | {'late': 'on'})}"
    return row | {"links": links}


def _next_month(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year + local.month // 12}-{local.month % 12 + 1:02}"


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
    held = {name: value for name in found.filters if (value := request.GET.get(name))}
    who = {"regulator": acts_as(acting(request), Role.REGULATOR)}
    months = _bars(queries.months(found.qs, today=today))
    rows = _named(dimension, list(page.object_list))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [
            _linked(row, held | {dimension: row["value"]}, **who) if row["value"] else row for row in rows
        ],
        "whole": _linked(whole, held, **who),
        "few": whole["answered"] < queries.FEW,
        "months": [
            _linked(row, held | {"since": row["label"], "until": _next_month(row["month"])}, **who)
            for row in months
        ],
        "dimensions": [
            {"label": label, "url": f"?{urlencode(held | {'by': name})}", "now": name == dimension}
            for name, (label, _model) in DIMENSIONS.items()
        ],
        "least": queries.FEW,
        **who,
    }
    return render(request, "oversight/statistics.html", context)
