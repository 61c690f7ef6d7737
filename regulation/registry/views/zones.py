"""Zones for the public: which there are, and what each has had assessed."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from regulation.parties.access import acting
from regulation.parties.queries import region_and_parents

from .. import queries
from ..access import may_draft, may_publish
from ..forms import DayForm, ZoneFilter
from ..models import Zone

PAGE = 20
SHOWN = 6  # rulings an assessment changes, beyond which the service's own page tells the rest


def zone_list(request: HttpRequest) -> HttpResponse:
    """Zones by region and name, each with how many of its assessments are valid on a day."""
    form = DayForm(request.GET or None)
    found = ZoneFilter(request.GET or None, queryset=queries.zones_with_counts(on=form.day()))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "form": form, "day": form.day()}
    return render(request, "registry/zone_list.html", context, status=422 if form.errors else 200)


def zone(request: HttpRequest, ref: str) -> HttpResponse:
    """What a zone has had assessed, until when, and which rulings that changes for a project inside it."""
    found = get_object_or_404(Zone.objects.select_related("region"), ref=ref)
    form, member = DayForm(request.GET or None), acting(request)
    day = form.day()
    page = Paginator(queries.assessments_of(found), PAGE).get_page(request.GET.get("page"))
    line = region_and_parents(found.region_id)
    changed = queries.changed_by(list(page.object_list), line, on=day)
    rows: list[dict[str, Any]] = [
        {
            "assessment": one,
            "state": _state(one, day),
            "changed": changed[one.pk][:SHOWN],
            "more": max(len(changed[one.pk]) - SHOWN, 0),
        }
        for one in page.object_list
    ]
    approvals = {
        line.ruling.approval.pk: line.ruling.approval
        for row in rows
        for line in row["changed"]
        if row["state"] == "valid" and line.ruling.approval
    }
    context = {
        "zone": found,
        "page_obj": page,
        "rows": rows,
        "approvals": list(approvals.values())[:SHOWN],
        "activities": list(queries.activities_in(line)[:SHOWN]),
        "may_draft": may_draft(member),
        "may_end": may_publish(member),
        "form": form,
        "day": day,
    }
    return render(request, "registry/zone.html", context, status=422 if form.errors else 200)


def _state(assessment: Any, day: Any) -> str:
    """Valid on a day, to come, or ended: it no longer holds from the day it ends on."""
    period = assessment.valid
    if day < period.lower:
        return "coming"
    return "ended" if period.upper is not None and period.upper <= day else "valid"
