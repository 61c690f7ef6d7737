"""Report a demand: three questions, one a page, then look it over and file it. The session keeps answers."""

import ipaddress
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache

from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, receipt_link
from regulation.parties.access import acting
from regulation.parties.models import Entity, Region
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Approval, Service
from regulation.registry.reported import conducts
from regulation.registry.seed.load import FOLDER

from .. import explain, operations
from ..access import may_assist
from ..errors import OversightRefused
from ..forms import AccountForm, WhatForm, WhereForm, subject_of
from ..models import Evidence, Kind, Report
from ..queries import finding_for

PREFILLS = ("approval", "department", "service", "region", "on", "paper")
DRAFT, SHOWN, OPENED = "oversight.draft", "oversight.filed", "oversight.opened"


def address_of(request: HttpRequest) -> str:
    """The visitor's address: as the outermost of our own proxies saw it, where there are any."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    count = settings.PROXIES_IN_FRONT
    seen = hops[-count] if 0 < count <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(seen))
    except ValueError:
        return "unknown"


def _posted(request: HttpRequest) -> Any:
    """What was sent, an empty form too; None where the page is only read."""
    return request.POST if request.method == "POST" else None


def _draft(request: HttpRequest) -> dict[str, Any]:
    held = request.session.get(DRAFT)
    return held if isinstance(held, dict) else {}


def _keep(request: HttpRequest, **answers: Any) -> None:
    draft = {"token": secrets.token_hex(24)} | _draft(request) | answers
    request.session[DRAFT] = draft


def _demand(draft: dict[str, Any]) -> operations.Demand | None:
    """What the answers so far say was demanded; None where one is missing or no longer on record."""
    subject, day = subject_of(draft.get("subject", "")), parse_date(draft.get("asked_on", ""))
    if subject is None or day is None or draft.get("kind") not in Kind.values:
        return None
    approval = subject if isinstance(subject, Approval) else None
    department: Entity = subject.department if isinstance(subject, Approval) else subject
    code = draft.get("service")
    service = Service.objects.filter(code=code).first() if code else None
    if service is None and not draft.get("words"):
        return None
    return operations.Demand(
        kind=Kind(draft["kind"]),
        department=department,
        approval=approval,
        region=_region(draft.get("region", ""), subject),
        service=service,
        asked_on=day,
        words=draft.get("words", ""),
        firm=draft.get("firm", ""),
    )


def _region(code: str, subject: Approval | Entity) -> Region:
    """The region named, where it is the subject's own or one below it; else the subject's own."""
    own = subject.region or Region.objects.get(code="000000")
    named = Region.objects.filter(code=code).first() if code.isdigit() else None
    return named if named is not None and own.code in region_and_parents(named.code) else own


def _found(demand: operations.Demand) -> dict[str, Any]:
    """What the record says of the demand, for the page."""
    verdict, ruling = finding_for(
        approval=demand.approval, service=demand.service, region=demand.region, on=demand.asked_on
    )
    return told(verdict, ruling, demand.kind)


def told(verdict: str, ruling: Any, kind: str) -> dict[str, Any]:
    """The sentences, the ruling and the article of a finding, for a page."""
    return {
        "verdict": verdict,
        "sentence": "" if kind == Kind.PAPER else explain.sentence(verdict),
        "tone": explain.tone(verdict),
        "ruling": ruling,
        "bases": ruling.bases.select_related("provision__instrument") if ruling else [],
        "beyond": explain.beyond(kind),
        "article": explain.article_of(kind),
    }


def _clean(value: object) -> str:
    return str(value or "").replace("\0", "").strip()[:100]


def _prefilled(request: HttpRequest, draft: dict[str, Any]) -> dict[str, Any]:
    """The first question's answers: from the address, else from what was answered before."""
    asked = {name: _clean(request.GET.get(name)) for name in PREFILLS}
    if any(asked.values()):
        return {
            "subject": _named_subject(asked),
            "paper": asked["paper"],
            "service": asked["service"],
            "region": asked["region"],
            "asked_on": asked["on"] or timezone.localdate(),
        }
    kept = {name: draft.get(name, "") for name in ("subject", "service", "region", "asked_on")}
    return kept | ({"subject": ""} if "other" in request.GET else {})


def _named_subject(asked: dict[str, str]) -> str:
    if asked["approval"]:
        return f"a:{asked['approval']}"
    return f"d:{asked['department']}" if asked["department"] else ""


def _paper(form: WhereForm) -> dict[str, str]:
    """The second answer of who comes from a paper of an approval that an office holds itself."""
    position = form.cleaned_data["paper"]
    if not isinstance(form.chosen, Approval) or not position.isdecimal():
        return {}
    paper = form.chosen.materials.filter(position=int(position)).first()
    return {"kind": Kind.PAPER.value, "service": "", "words": paper.name[:300]} if paper else {}


@never_cache
def report_new(request: HttpRequest) -> HttpResponse:
    """Question 1: where and when. What PREFILLS names is taken from the address."""
    form = WhereForm(_posted(request), initial=_prefilled(request, _draft(request)))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        answers = {name: said[name] for name in ("subject", "region")}
        if said["subject"] != _draft(request).get("subject"):  # another demand
            answers |= dict.fromkeys(("kind", "service", "words", "firm"), "")
        if said["service"]:
            answers["service"] = said["service"]
        _keep(request, **answers | _paper(form), asked_on=said["asked_on"].isoformat())
        return redirect("oversight:report_what")
    context = {"form": form, "number": 1, "chosen": form.chosen, "found": form.found}
    code = _clean(form["service"].value())
    context["service"] = Service.objects.filter(code=code).first() if code else None
    return render(request, "oversight/report_where.html", context, status=422 if form.errors else 200)


@never_cache
def report_what(request: HttpRequest) -> HttpResponse:
    """Question 2: what was asked for."""
    draft = _draft(request)
    if subject_of(draft.get("subject", "")) is None:
        return redirect("oversight:report_new")
    initial = {name: draft.get(name, "") for name in ("kind", "service", "words", "firm")}
    form = WhatForm(_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        service = said["service"].code if said["service"] else ""
        _keep(request, kind=said["kind"], service=service, words=said["words"], firm=said["firm"])
        return redirect("oversight:report_account")
    context = {"form": form, "number": 2, "conducts": conducts(FOLDER)}
    return render(request, "oversight/report_what.html", context, status=422 if form.errors else 200)


@never_cache
def report_account(request: HttpRequest) -> HttpResponse:
    """Question 3: how it went, and evidence; above it what the record says."""
    draft = _draft(request)
    demand = _demand(draft)
    if demand is None:
        return redirect("oversight:report_new")
    if request.method == "POST" and request.POST.get("remove", "").isdigit():
        operations.detach_evidence(draft=draft["token"], pk=int(request.POST["remove"][:18]))
        return redirect("oversight:report_account")
    initial = {name: draft.get(name, "") for name in ("account", "contact", "assisted")}
    form = AccountForm(
        _posted(request), request.FILES or None, initial=initial, may_assist=may_assist(acting(request))
    )
    if request.method == "POST" and form.is_valid():
        try:
            _attach(request, draft, form.cleaned_data["files"])
            said = {name: form.cleaned_data.get(name, "") for name in ("account", "contact", "assisted")}
            _keep(request, **said)
            return redirect("oversight:report_check")
        except OversightRefused as refusal:
            form.add_error("files", str(refusal))
    pieces = Evidence.objects.filter(draft=draft["token"], report=None)
    context = {"form": form, "number": 3, "pieces": pieces, **_found(demand)}
    return render(request, "oversight/report_account.html", context, status=422 if form.errors else 200)


def _attach(request: HttpRequest, draft: dict[str, Any], files: list[Any]) -> None:
    if files:
        _knock(request, "files")
        operations.attach_evidence(draft=draft["token"], files=files)


def _knock(request: HttpRequest, what: str = "report") -> None:
    """Count it, unless somebody who is known does it; tries of a code are always counted."""
    if what == "code" or not request.user.is_authenticated:
        operations.count_knock(address=address_of(request), at=database_now(), what=what)


@never_cache
def report_check(request: HttpRequest) -> HttpResponse:
    """Look it over, see what the record says, file it or let it be."""
    draft = _draft(request)
    demand = _demand(draft)
    if demand is None or not draft.get("account"):
        return redirect("oversight:report_new")
    refused = ""
    if request.method == "POST":
        if "drop" in request.POST:
            _forget(request, draft)
            return redirect("oversight:statistics")
        try:
            return _file(request, draft, demand)
        except OversightRefused as refusal:
            refused = str(refusal)
    context = {
        "demand": demand,
        "draft": draft,
        "pieces": Evidence.objects.filter(draft=draft["token"], report=None),
        "refused": refused,
        "limit": settings.OVERSIGHT_ANSWER_DAYS,
        **_found(demand),
    }
    return render(request, "oversight/report_check.html", context, status=429 if refused else 200)


def _forget(request: HttpRequest, draft: dict[str, Any]) -> None:
    for piece in Evidence.objects.filter(draft=draft["token"], report=None):
        operations.detach_evidence(draft=draft["token"], pk=piece.pk)
    request.session.pop(DRAFT, None)


def _file(request: HttpRequest, draft: dict[str, Any], demand: operations.Demand) -> HttpResponse:
    _knock(request)
    user: Any = request.user if request.user.is_authenticated else None
    membership = acting(request)
    assisted = bool(draft.get("assisted")) and may_assist(membership)
    reporter = operations.Reporter(
        account=draft["account"],
        contact=draft.get("contact", ""),
        user=user,
        assisted_by=user if assisted else None,
        counter=membership.entity if assisted and membership else None,
    )
    filed = operations.file_report(demand=demand, reporter=reporter, draft=draft["token"], at=database_now())
    give_receipt(subject=filed.report, kind="oversight.report_filed", holder=None)
    request.session.pop(DRAFT, None)
    request.session[SHOWN] = {"ref": filed.report.ref, "code": filed.code}
    if user is None:
        request.session[OPENED] = [*request.session.get(OPENED, []), filed.report.ref][-20:]
    return redirect("oversight:report_filed")


@never_cache
def report_filed(request: HttpRequest) -> HttpResponse:
    """The receipt with number, last day for the answer and, this once, the follow-up code."""
    shown = request.session.pop(SHOWN, None)
    if not shown:
        return redirect("oversight:follow")
    report = Report.objects.select_related("department", "counter").get(ref=shown["ref"])
    context = {
        "report": report,
        "code": shown["code"],
        "link": receipt_link(subject=report, kind="oversight.report_filed"),
        "review_days": settings.OVERSIGHT_REVIEW_DAYS,
        "follow_url": request.build_absolute_uri(reverse("oversight:follow")),
    }
    return render(request, "oversight/report_filed.html", context)
