"""The need check: one question a page, every answer in the address, then the plan."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from regulation.ledger.queries import database_now
from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents

from .. import queries
from ..forms import SharedForm, clean_text
from ..models import Activity, Approval, Condition, Zone
from ..plan import ORDER, Answer, Facts, Plan, Row, make_plan
from ..totals import Total, services_total, total
from .finding import search

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
        return search(request)
    skip = bool(request.GET.get("skip"))
    zones = list(queries.zones_within(asked.region)[:30])
    if zones and not asked.zone_asked and not skip:
        return _ask(request, asked, {"zones": zones})
    form = SharedForm(request.GET)
    day, moment = form.day(), form.moment()
    facts = queries.facts_for(
        approvals=asked.approvals,
        region=asked.region,
        on=day,
        zone=asked.zone,
        zone_said=asked.zone_said,
        answers=asked.answers,
        said_at=moment,
    )
    conditions = queries.conditions_of(one for found in facts.values() for one in found)
    open_ones = [condition for condition in conditions if condition.code not in asked.answers]
    if open_ones and not skip:
        number = len(conditions) - len(open_ones) + 1
        return _ask(request, asked, {"condition": open_ones[0], "number": number, "of": len(conditions)})
    context = _plan(asked, facts, day, moment) | _answered(request.GET, asked, zones, conditions)
    context |= {"day": day, "moment": moment, "form": form, "share_url": _shared(request, day, moment)}
    return render(request, "registry/need_answer.html", context, status=422 if form.errors else 200)


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


def _plan(
    asked: Question, facts: dict[int, list[Facts]], day: dt.date, moment: dt.datetime | None
) -> dict[str, Any]:
    """The plan of each approval in order, and the whole, where a service two approvals need stands once."""
    parts = [
        Part(stage, english, approval, make_plan(facts[approval.pk]))
        for stage, english, approval in asked.steps
    ]
    wanted = _wanted(parts)
    whole = Plan(tuple(one.row for one in wanted))
    onces = queries.onces_of(asked.approvals, on=day, said_at=moment)
    totals = _totals(whole, list(onces.values()), moment)
    needed = [one.row.service for one in wanted if one.row.may_tender]
    return {
        "asked": asked,
        "joint": queries.schemes_for(needed, asked.region) if needed else [],
        "subject": asked.activity or asked.approvals[0],
        "parts": parts,
        "wanted": wanted,
        "whole": whole,
        "together": asked.activity is None
        and sum(one.category != queries.GENERAL_RULES for one in needed) > 1,
        "papers": next(one.now for one in totals if one.figure == "papers"),
        "totals": totals,
        "held_papers": sum(once.held for once in onces.values()),
        "invented": any(once.now and once.now.is_invented for once in onces.values()),
    }


def _totals(whole: Plan, onces: list[queries.Once], moment: dt.datetime | None) -> list[Total]:
    """Services, days, papers, trips and money, before and now."""
    ruled = [row.ruling for row in whole.rows if row.ruling is not None]
    earlier = {pk: str(r.necessity) for pk, r in queries.earlier_of(ruled, said_at=moment).items()}
    states = [
        (once.before, {"papers": once.papers, "committed_days": once.committed_days}, once.now)
        for once in onces
    ]
    summed = [
        total(name, [(getattr(b, name, None), own.get(name, getattr(n, name, None))) for b, own, n in states])
        for name in ("committed_days", "papers", "trips", "fee")
    ]
    bought = [Total("prices", None, None, whole.usual_cost, behind=0)] if whole.to_buy else []
    return [services_total(whole.rows, earlier), *summed, *bought]


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


def _answered(
    query: QueryDict, asked: Question, zones: list[Zone], conditions: list[Condition]
) -> dict[str, Any]:
    """The answers given so far, each with the address that takes it back."""
    given = [
        (condition, asked.answers[condition.code], _link(query, skip=None, **{ASKED + condition.code: None}))
        for condition in conditions
        if condition.code in asked.answers
    ]
    return {
        "given": given,
        "open_count": len(conditions) - len(given),
        "has_zones": bool(zones),
        "zone_url": _link(query, skip=None, zone=None),
        "answer_url": _link(query, skip=None),
    }


def _shared(request: HttpRequest, day: dt.date, moment: dt.datetime | None) -> str:
    """The address of this plan as it stands: its day, and the moment up to which corrections count.

    A day that is not over yet says nothing lasting, so a plan is then shared with the time of it as well.
    """
    now = database_now()
    until = now if moment is None else min(moment, now)
    local = timezone.localtime(until)
    said, time = local.date(), local.time().isoformat("microseconds")
    if moment is not None and until == moment and "time" not in request.GET:
        said, time = dt.date.fromisoformat(request.GET["said"]), ""
    query = request.GET.copy()
    query.pop("page", None)
    return _link(query, on=day.isoformat(), said=said.isoformat(), time=time or None)
