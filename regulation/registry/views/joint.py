"""A joint review plan: a project's assessments side by side, dated and drawn."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .. import queries
from ..drawing import DayDrawing, Lane, draw_days
from ..forms import JointPlanForm, SchemeFilter, clean_text
from ..jointplan import PREPARATION, SIDE_BY_SIDE, JointPlan, Limit, Track, make_joint_plan
from ..models import JointReviewScheme, Service
from ..workdays import DAY, WorkingCalendar

PAGE = 20
SHADED = 200  # days up to which weekends and holidays are drawn
MANY = 100  # services an address may name


def joint_review_list(request: HttpRequest) -> HttpResponse:
    """Every scheme by which assessments are prepared and reviewed together, by region."""
    found = SchemeFilter(request.GET or None, queryset=queries.schemes())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/joint_review_list.html", {"filter": found, "page_obj": page})


def joint_plan(request: HttpRequest, ref: str) -> HttpResponse:
    """The stages of a scheme and the chosen assessments, from a day on, with weekends and holidays."""
    scheme = get_object_or_404(JointReviewScheme.objects.select_related("region"), ref=ref)
    items: Any = list(scheme.items.select_related("service"))
    today = timezone.localdate()
    inside = {item.service.code for item in items if item.service}
    named = {clean_text(code) for code in request.GET.getlist("service")[:MANY]} - inside
    outside = list(Service.objects.filter(code__in=named).order_by("pinyin", "pk")) if named else []
    form = JointPlanForm.asked(
        request.GET, items=items, today=today, known={service.code for service in outside}
    )
    context: dict[str, Any] = {"scheme": scheme, "form": form, "outside": outside}
    if form.is_valid():
        context |= _planned(scheme, form, today=today)
    return render(request, "registry/joint_plan.html", context, status=422 if form.errors else 200)


def _planned(scheme: JointReviewScheme, form: JointPlanForm, *, today: dt.date) -> dict[str, Any]:
    start = form.cleaned_data["start"]
    stages: Any = scheme.stages.all()
    calendar = queries.working_calendar(since=start)
    needed = queries.needed_of(form.chosen(), scheme.region, on=start, today=today)
    limits = [Limit(stage.kind, stage.working_days, stage) for stage in stages]
    plan = make_joint_plan(start=start, stages=limits, needed=needed, calendar=calendar)
    end = _drawn_until(plan)
    preparation = next((one.span for one in plan.stages if one.limit.kind == PREPARATION), None)
    return {
        "plan": plan,
        "preparation": preparation,
        "scheme_days": sum(limit.days or 0 for limit in limits),
        "drawing": _draw(plan, end, calendar),
        "exceptions": queries.calendar_days(start=start, end=end),
    }


def _drawn_until(plan: JointPlan) -> dt.date:
    """The day after the last that is drawn."""
    ends = [one.span.end for one in plan.stages if one.span]
    ends += [track.own.end for track in plan.tracks if track.own]
    return max([plan.start + DAY, *ends])


def _draw(plan: JointPlan, end: dt.date, calendar: WorkingCalendar) -> DayDrawing:
    lanes = [
        Lane(_labelled(_name(one.limit.stage), one.span.days), ((one.span.start, one.span.end, _tone(one)),))
        for one in plan.stages
        if one.span
    ]
    lanes += [_lane(plan, track) for track in plan.tracks]
    off = []
    if (end - plan.start).days <= SHADED:
        days = (plan.start + DAY * n for n in range((end - plan.start).days))
        off = [(day, day in calendar.exceptions) for day in days if not calendar.is_working(day)]
    return draw_days(lanes, start=plan.start, end=end, off=off)


def _lane(plan: JointPlan, track: Track) -> Lane:
    """An assessment: its own preparation, dashed to the limit where not known, then what is shared."""
    bars = []
    for one in plan.stages:
        if one.span is None or one.limit.kind not in SIDE_BY_SIDE:
            continue
        if one.limit.kind != PREPARATION:
            bars.append((one.span.start, one.span.end, "shared"))
        elif track.own:
            bars.append((track.own.start, track.own.end, "over" if track.over else "own"))
        else:
            bars.append((one.span.start, one.span.end, "unknown"))
    name = _name(track.needed.item.item)
    if track.own:
        return Lane(_labelled(name, track.own.days), tuple(bars))
    return Lane(_("%(name)s · days not on record") % {"name": name}, tuple(bars))


def _labelled(name: str, days: int) -> str:
    said = ngettext("%(name)s · %(days)s working day", "%(name)s · %(days)s working days", days)
    return said % {"name": name, "days": days}


def _name(named: Any) -> str:
    english = named.name_en if get_language() == "en" else ""
    return str(english or named.name)


def _tone(one: Any) -> str:
    return "stage" if one.limit.kind in SIDE_BY_SIDE else "joint"
