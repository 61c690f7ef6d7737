"""The need check: one question a page, every answer in the address, then the plan."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents

from .. import queries
from ..forms import AsOfForm, clean_text, regions_with_approvals
from ..models import Activity, Approval, Condition, Service, Zone
from ..plan import ORDER, Answer, Facts, Plan, Row, make_plan

PAGE = 15
OUTSIDE, UNSURE = "none", "unsure"  # what may stand for a zone
ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "unsure": Answer.UNSURE}
ASKED = "c-"  # before a condition's code


@dataclass(frozen=True, slots=True)
class Question:
    """A project as its address tells it. `steps` are (stage, stage in English, approval) in order."""

    region: Region
    steps: list[tuple[str, str, Approval]]
    activity: Activity | None = None
    zone: Zone | None = None
    zone_said: bool = False
    zone_asked: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def approvals(self) -> list[Approval]:
        return [approval for _stage, _english, approval in self.steps]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One service of the whole project, as it stands where most is asked, and the approvals that need it."""

    row: Row
    approval: Approval
    approvals: list[Approval]


@dataclass(frozen=True, slots=True)
class Part:
    """One approval of the project with its plan."""

    stage: str
    stage_en: str
    approval: Approval
    plan: Plan


def need_check(request: HttpRequest) -> HttpResponse:
    """What do you want approved, where, under which conditions? Then the plan."""
    asked = _question(request)
    if asked is None:
        return _search(request)
    skip = bool(request.GET.get("skip"))
    zones = list(queries.zones_within(asked.region)[:30])
    if zones and not asked.zone_asked and not skip:
        return _ask(request, asked, {"zones": zones})
    form = AsOfForm(request.GET)
    day = form.day()
    facts = queries.facts_for(
        approvals=asked.approvals,
        region=asked.region,
        on=day,
        zone=asked.zone,
        zone_said=asked.zone_said,
        answers=asked.answers,
    )
    conditions = queries.conditions_of(one for found in facts.values() for one in found)
    open_ones = [condition for condition in conditions if condition.code not in asked.answers]
    if open_ones and not skip:
        number = len(conditions) - len(open_ones) + 1
        return _ask(request, asked, {"condition": open_ones[0], "number": number, "of": len(conditions)})
    context = _plan(asked, facts, day) | _answered(request.GET, asked, zones, conditions)
    status = 422 if form.errors else 200
    return render(request, "registry/need_answer.html", context | {"day": day, "form": form}, status=status)


def _question(request: HttpRequest) -> Question | None:
    """The project the address speaks of; None where it names no approval and no activity on record."""
    wanted = {name: clean_text(request.GET.get(name)) for name in ("approval", "activity", "region", "zone")}
    activity = None
    steps: list[tuple[str, str, Approval]] = []
    if wanted["activity"]:
        activity = Activity.objects.select_related("region").filter(ref=wanted["activity"]).first()
    if activity is not None:
        found: Any = activity.steps.select_related("approval__department", "approval__region")
        steps = [(step.stage, step.stage_en, step.approval) for step in found]
    elif wanted["approval"]:
        one = Approval.objects.select_related("department", "region").filter(ref=wanted["approval"]).first()
        steps = [("", "", one)] if one else []
    if not steps:
        return None
    region = _within(wanted["region"], activity.region if activity else steps[0][2].region)
    zone = queries.zones_within(region).filter(ref=wanted["zone"]).first() if wanted["zone"] else None
    outside = wanted["zone"] == OUTSIDE
    asked = zone is not None or outside or wanted["zone"] == UNSURE
    answers = {
        key.removeprefix(ASKED): ANSWERS[value]
        for key, value in request.GET.items()
        if key.startswith(ASKED) and value in ANSWERS
    }
    return Question(region, steps, activity, zone, zone is not None or outside, asked, answers)


def _within(code: str, region: Region) -> Region:
    """The region named, where it is the approval's own or one below it; else the approval's own."""
    if code in ("", region.code):
        return region
    named = Region.objects.filter(code=code).first()
    return named if named is not None and region.code in region_and_parents(named.code) else region


def _link(query: QueryDict, **changes: str | None) -> str:
    """The address with some answers changed or taken back."""
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return f"?{changed.urlencode()}"


def _ask(request: HttpRequest, asked: Question, question: dict[str, Any]) -> HttpResponse:
    kept = [(name, value) for name, value in request.GET.items() if value and name != "zone"]
    if asked.zone_asked:
        kept.append(("zone", request.GET["zone"]))
    context = {
        "asked": asked,
        "kept": kept,
        "skip_url": _link(request.GET, skip="1"),
        "ask_name": f"{ASKED}{question['condition'].code}" if "condition" in question else "zone",
    }
    return render(request, "registry/need_question.html", context | question)


def _plan(asked: Question, facts: dict[int, list[Facts]], day: dt.date) -> dict[str, Any]:
    """The plan of each approval in order, and the whole, where a service two approvals need stands once."""
    parts = [
        Part(stage, english, approval, make_plan(facts[approval.pk]))
        for stage, english, approval in asked.steps
    ]
    wanted = _wanted(parts)
    days = [approval.committed_days for approval in asked.approvals]
    papers, held = _papers(asked.approvals)
    trips = queries.trips_of(asked.approvals, on=day)
    needed = [one.row.service for one in wanted if one.row.may_tender]
    return {
        "asked": asked,
        "joint": queries.schemes_for(needed, asked.region) if needed else [],
        "trips": trips,
        "subject": asked.activity or asked.approvals[0],
        "parts": parts,
        "wanted": wanted,
        "whole": Plan(tuple(one.row for one in wanted)),
        "papers": papers,
        "held_papers": held,
        "committed_days": sum(d for d in days if d) if any(days) else None,
    }


def _wanted(parts: list[Part]) -> list[Wanted]:
    """Each service once, as it stands where most is asked; what must be bought first."""
    found: dict[int, Wanted] = {}
    for part in parts:
        for row in part.plan.rows:
            held = found.get(row.service.pk)
            if held is None:
                found[row.service.pk] = Wanted(row, part.approval, [part.approval])
                continue
            held.approvals.append(part.approval)
            if ORDER.index(row.verdict) < ORDER.index(held.row.verdict):
                found[row.service.pk] = Wanted(row, part.approval, held.approvals)
    return sorted(found.values(), key=lambda one: (ORDER.index(one.row.verdict), str(one.row.service)))


def _papers(approvals: list[Approval]) -> tuple[int, int]:
    """How many papers are asked for, and how many of them another office holds and must fetch itself."""
    held = Count("materials", filter=~Q(materials__held_by=""))
    of_these = Approval.objects.filter(pk__in=[a.pk for a in approvals])
    counted = of_these.aggregate(all=Count("materials"), held=held)
    return int(counted["all"]), int(counted["held"])


def _answered(
    query: QueryDict, asked: Question, zones: list[Zone], conditions: list[Condition]
) -> dict[str, Any]:
    """The answers given so far, each with the address that takes it back, and the address to share."""
    given = [
        (condition, asked.answers[condition.code], _link(query, skip=None, **{ASKED + condition.code: None}))
        for condition in conditions
        if condition.code in asked.answers
    ]
    today = timezone.localdate().isoformat()
    return {
        "given": given,
        "open_count": len(conditions) - len(given),
        "has_zones": bool(zones),
        "zone_url": _link(query, skip=None, zone=None),
        "answer_url": _link(query, skip=None),
        "share_url": _link(query, on=query.get("on") or today),
    }


def _search(request: HttpRequest) -> HttpResponse:
    """Which approval is it? Answers while typing, and without JavaScript by the button."""
    context = _found(request)
    context["lost"] = bool(request.GET.get("approval") or request.GET.get("activity"))
    context["regions"] = regions_with_approvals()
    return render(request, "registry/need_check.html", context)


def need_found(request: HttpRequest) -> HttpResponse:
    """What fits the words typed so far: the part of the page below the question."""
    return render(request, "registry/_need_found.html", _found(request))


def _found(request: HttpRequest) -> dict[str, Any]:
    query, code = clean_text(request.GET.get("q")), clean_text(request.GET.get("region"))
    region = Region.objects.filter(code=code).first() if code else None
    activities = queries.search_activities(query)
    zone = clean_text(request.GET.get("zone"))
    kept = {name: value for name, value in (("region", code), ("zone", zone)) if value}
    found: dict[str, Any] = {"q": query, "region": region, "zone": zone, "asked": bool(query or region)}
    found["kept"] = f"&{urlencode(kept)}" if kept else ""  # what the links to a plan carry on
    if not found["asked"]:
        return found | {"activities": activities[:6]}
    approvals = Approval.objects.select_related("department", "region")
    if region:
        approvals, activities = approvals.filter(region=region), activities.filter(region=region)
    page = Paginator(queries.search_approvals(approvals, query), PAGE).get_page(request.GET.get("page"))
    services = queries.search_services(Service.objects.all(), query)[:5] if query else []
    return found | {"page_obj": page, "services": services, "activities": activities[:5]}
