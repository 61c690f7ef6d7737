"""What approvals require: approvals, services, rulings as of a day, and the answer to a need."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents
from regulation.registry.forms import AsOfForm
from regulation.registry.forms.filters import ApprovalFilter, ServiceFilter
from regulation.registry.models import Approval, Ruling, Service
from regulation.registry.plan import Answer, make_plan
from regulation.registry.queries import (
    bases,
    facts_for,
    ruling_at,
    rulings_for,
    rulings_on,
    services_of,
    zones_within,
)

from .bodies import asked
from .paging import PageForm, one_page
from .problems import Invalid
from .registry_shapes import (
    ApprovalLine,
    ApprovalWhole,
    NeedShape,
    RulingShape,
    ServiceLine,
)
from .routes import reads
from .shapes import (
    address,
    approval,
    entity,
    money,
    paged,
    period,
    provision,
    region,
    service,
)

TAG = "registry"
ANSWERS = {"yes": Answer.YES, "no": Answer.NO, "unsure": Answer.UNSURE}
OUTSIDE = "none"


def ruling(one: Ruling) -> dict[str, Any]:
    said = one.recorded
    return {
        "id": one.pk,
        "service": service(one.service),
        "approval": approval(one.approval) if one.approval else None,
        "region": region(one.region),
        "verdict": str(one.verdict),
        "payer": one.payer,
        "reason": one.reason,
        "reason_en": one.reason_en,
        "days": one.days,
        "day_kind": one.day_kind,
        "in_force": period(one.in_force),
        "recorded_from": said.lower if said else None,
        "recorded_until": said.upper if said else None,
        "bases": [provision(basis.provision) for basis in one.bases.all()],
        "address": address(one),
    }


def _line(one: Approval) -> dict[str, Any]:
    return approval(one) | {
        "department": entity(one.department),
        "region": region(one.region),
        "committed_days": one.committed_days,
    }


def _approvals() -> forms.Form:
    return ApprovalFilter(queryset=Approval.objects.none()).form


def _services() -> forms.Form:
    return ServiceFilter(queryset=Service.objects.none()).form


@reads(
    "/approvals",
    "approvals",
    answer=paged(ApprovalLine, "Approvals"),
    tag=TAG,
    summary=_("Approvals, by text, region and department"),
    query=(_approvals, PageForm),
)
def approvals(request: HttpRequest) -> dict[str, Any]:
    found = ApprovalFilter(request.GET, queryset=Approval.objects.select_related("department", "region"))
    if not found.is_valid():
        raise Invalid(found.form)
    return one_page(request, found.qs, _line)


@reads(
    "/approvals/{slug:ref}",
    "approval",
    answer=ApprovalWhole,
    tag=TAG,
    summary=_("One approval with the services it may ask for"),
    query=(AsOfForm,),
)
def one_approval(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = get_object_or_404(Approval.objects.select_related("department", "region"), ref=ref)
    form = asked(request, AsOfForm)
    services = list(services_of(found))
    held = rulings_for(
        approval=found, services=services, region=found.region, on=form.day(), said_at=form.moment()
    )
    return _line(found) | {
        "on": form.day(),
        "services": [
            {"service": service(one), "ruling": ruling(held[one.pk]) if one.pk in held else None}
            for one in services
        ],
    }


@reads(
    "/services",
    "services",
    answer=paged(ServiceLine, "Services"),
    tag=TAG,
    summary=_("Services, with how many rulings stand on each"),
    query=(_services, PageForm),
)
def services(request: HttpRequest) -> dict[str, Any]:
    standing = Q(rulings__published_at__isnull=False, rulings__recorded__upper_inf=True)
    counted = Service.objects.annotate(standing=Count("rulings", filter=standing, distinct=True))
    found = ServiceFilter(request.GET, queryset=counted.order_by("pinyin", "pk"))
    if not found.is_valid():
        raise Invalid(found.form)
    return one_page(request, found.qs, lambda one: service(one) | {"rulings": one.standing})


@reads(
    "/services/{slug:code}/rulings",
    "service_rulings",
    answer=paged(RulingShape, "Rulings"),
    tag=TAG,
    summary=_("Where a service is required on a day"),
    query=(AsOfForm, PageForm),
)
def service_rulings(request: HttpRequest, code: str) -> dict[str, Any]:
    found = get_object_or_404(Service, code=code)
    form = asked(request, AsOfForm)
    return one_page(request, rulings_on(found, on=form.day(), said_at=form.moment()), ruling)


@reads(
    "/rulings/{int:pk}",
    "ruling",
    answer=RulingShape,
    tag=TAG,
    summary=_("One published ruling, also one that was replaced since"),
    query=(AsOfForm,),
)
def one_ruling(request: HttpRequest, pk: int) -> dict[str, Any]:
    day = asked(request, AsOfForm).day()
    found = Ruling.objects.published().judged_on(day).select_related("approval", "service", "region")
    return ruling(get_object_or_404(found.prefetch_related(bases()), pk=pk))


class PlaceForm(AsOfForm):
    """A service, a region, an approval where one is meant; and the two questions of time."""

    service = forms.CharField(label=_("Service"), max_length=80)
    region = forms.CharField(label=_("Region"), max_length=6)
    approval = forms.CharField(label=_("Approval"), max_length=90, required=False)


class Requirement(Schema):
    """`ruling` is null where none on record holds there on that day."""

    on: dt.date
    ruling: RulingShape | None


@reads(
    "/requirement",
    "requirement",
    answer=Requirement,
    tag=TAG,
    summary=_("What holds for a service in a region on a day"),
    query=(PlaceForm,),
)
def requirement(request: HttpRequest) -> dict[str, Any]:
    form = asked(request, PlaceForm)
    place = form.cleaned_data
    found = ruling_at(
        service=place["service"],
        region=place["region"],
        approval=place["approval"] or None,
        on=form.day(),
        said_at=form.moment(),
    )
    return {"on": form.day(), "ruling": ruling(found) if found else None}


class NeedForm(AsOfForm):
    """A project: its approval, where it lies, its zone, and what is answered to conditions."""

    approval = forms.CharField(label=_("Approval"), max_length=90)
    region = forms.CharField(label=_("Region"), max_length=6, required=False)
    zone = forms.CharField(
        label=_("Zone"), max_length=90, required=False, help_text=_('"none" where it lies outside any.')
    )
    answers = forms.CharField(
        label=_("Answers to conditions"),
        max_length=2000,
        required=False,
        help_text=_("A condition's code, a colon, and yes, no or unsure; with spaces between."),
    )

    def clean_answers(self) -> dict[str, Answer]:
        pairs = [part.rpartition(":") for part in self.cleaned_data["answers"].split()]
        if wrong := [value for code, _colon, value in pairs if not code or value not in ANSWERS]:
            raise forms.ValidationError(_("yes, no or unsure, not %(what)s.") % {"what": wrong[0]})
        return {code: ANSWERS[value] for code, _colon, value in pairs}


@reads(
    "/need",
    "need",
    answer=NeedShape,
    tag=TAG,
    summary=_("What a project needs: each service with its verdict and market"),
    query=(NeedForm,),
)
def need(request: HttpRequest) -> dict[str, Any]:
    form = asked(request, NeedForm)
    said = form.cleaned_data
    wanted = get_object_or_404(Approval.objects.select_related("department", "region"), ref=said["approval"])
    where = _within(said["region"], wanted.region)
    zone = zones_within(where).filter(ref=said["zone"]).first() if said["zone"] else None
    facts = facts_for(
        approvals=[wanted],
        region=where,
        on=form.day(),
        zone=zone,
        zone_said=zone is not None or said["zone"] == OUTSIDE,
        answers=said["answers"],
        said_at=form.moment(),
    )
    rows = make_plan(facts[wanted.pk]).rows
    return {
        "approval": approval(wanted),
        "region": region(where),
        "on": form.day(),
        "services": [_needed(row) for row in rows],
    }


def _within(code: str, own: Region) -> Region:
    """The region named, where it is the approval's own or one below it; else the approval's own."""
    named = Region.objects.filter(code=code).first() if code and code != own.code else None
    return named if named is not None and own.code in region_and_parents(named.code) else own


def _needed(row: Any) -> dict[str, Any]:
    held, market = row.ruling, row.facts.market
    condition = held.condition if held else None
    return {
        "service": service(row.service),
        "verdict": row.verdict,
        "only_if": row.outcome.only_if,
        "by_zone": row.outcome.by_zone,
        "simpler": row.outcome.simpler,
        "condition": condition.code if condition else None,
        "question": condition.question if condition else None,
        "question_en": condition.question_en if condition else None,
        "ruling": ruling(held) if held else None,
        "sellers": market.sellers if market else None,
        "lowest": money(market.minimum) if market else None,
        "median": money(market.median) if market else None,
        "highest": money(market.maximum) if market else None,
        "usual_days": market.days if market else None,
    }
