"""The owner writes a draft: whole, or as far as it has come, kept as one goes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role
from regulation.registry.models import Approval, Service

from ..access import owns
from ..errors import StandsInReview, TenderRefused
from ..forms import TermsForm
from ..life import State
from ..models import MOST_SERVICES, Tender
from ..operations import draft_tender, revise_tender
from ..operations.drafting import Relied, Terms, relied_on, services_refused, terms_of
from ..queries import (
    bidding_days,
    deadline_after,
    earliest_deadline,
    minimum_bidding,
    procedure_rule_for,
    services_relied,
    templates_of,
)
from ..service_forms import ServicesForm, bought_services, form_of
from .preparing import missing_of

KEEP = "keep"  # the button, and the autosave, that keep a form as far as it has come


def _asked(request: HttpRequest) -> tuple[Approval, list[Service]] | None:
    """The approval and the services that the address names, in its order; the first leads."""
    ref = request.GET.get("approval", "").replace("\0", "")
    codes = [code.replace("\0", "") for code in request.GET.getlist("service")][:MOST_SERVICES]
    approval = Approval.objects.select_related("department", "region").filter(ref=ref).first()
    found = {one.code: one for one in bought_services().filter(code__in=codes)}
    services = [found[code] for code in dict.fromkeys(codes) if code in found]
    return (approval, services) if approval and services else None


def _page(approval: Approval, bought: Sequence[Relied], **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "approval": approval,
        "service": bought[0][0],
        "bought": [{"service": one, "ruling": ruling} for one, ruling in bought],
        "refused": services_refused(bought, region=approval.region, at=database_now()),
        "minimum": minimum_bidding(approval.region, on=today),
        "rule": procedure_rule_for(approval.region, on=today),
        "earliest": earliest_deadline(approval.region, now=database_now()),
        **more,
    }


@acting_required(Role.OWNER)
def tender_new(request: HttpRequest) -> HttpResponse:
    """Write a tender for a service that an approval asks for."""
    asked = _asked(request)
    if asked is None:
        return render(request, "tenders/choose.html")
    approval, now = asked[0], database_now()
    bought = relied_on(approval=approval, services=asked[1], at=now)
    service, ruling = bought[0]
    title = f"{approval.name}：{'、'.join(one.name for one, _ruling in bought)}"[:200]
    initial = {
        "title": title,
        "closes_at": earliest_deadline(approval.region, now=now),
    }
    offered = list(templates_of(request.acting.entity, service=service))  # type: ignore[attr-defined]
    chosen = next((one for one in offered if str(one.pk) == request.GET.get("template")), None)
    if chosen:
        closes_at = deadline_after(approval.region, chosen.terms.get("bidding_days"), now=now)
        initial |= chosen.terms | {"closes_at": closes_at}
    form = TermsForm(request.POST or None, initial=initial)
    with_it = list(bought_services().filter(code__in=initial.get("services", []))) if chosen else asked[1][1:]
    services = ServicesForm(request.POST or None, approval=approval, lead=bought[0], at=now, chosen=with_it)
    keep = KEEP in request.POST
    if request.method == "POST" and (keep or all([form.is_valid(), services.is_valid()])):
        begun = Terms(title=title, description="", days=0, contact="", closes_at=None)
        made = draft_tender(
            owner=request.acting.entity,  # type: ignore[attr-defined]
            approval=approval,
            service=service,
            ruling=ruling,
            terms=form.kept(begun) if keep else form.terms(),
            avoided=form.cleaned_data.get("avoided", ()),
            invited=form.cleaned_data.get("invited_firms", ()),
            also=services.also if services.is_valid() else (),
            by=request.user,  # type: ignore[arg-type]
            at=now,
        )
        return redirect("tenders:tender_edit", ref=made.ref) if keep else redirect(made)
    shown = (
        bought if services.is_bound else relied_on(approval=approval, services=[service, *with_it], at=now)
    )
    context = _page(approval, shown, form=form, services_form=services, offered=offered, chosen=chosen)
    return _shown(request, context)


def _shown(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    wrong = context["form"].errors or context["services_form"].errors
    return render(request, "tenders/tender_form.html", context, status=422 if wrong else 200)


def _bought(found: Tender) -> list[Relied]:
    return [(one.service, one.ruling) for one in services_relied(found)]


def own_tender(request: HttpRequest, ref: str) -> Tender:
    """A tender the reader owns; 404 where it is not theirs to know of, 403 where not theirs to change."""
    found = get_object_or_404(
        Tender.objects.visible_to([request.acting.entity_id]).select_related(  # type: ignore[attr-defined]
            "approval", "service", "region", "ruling", "department", "owner"
        ),
        ref=ref,
    )
    if not owns(request.acting, found):  # type: ignore[attr-defined]
        raise PermissionDenied
    return found


@acting_required(Role.OWNER)
def tender_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a draft, while no reviewer has it."""
    found = own_tender(request, ref)
    if found.published_at is None and found.submitted_at is not None:
        messages.error(request, str(StandsInReview()))
        return redirect(found)
    form = TermsForm(request.POST or None, initial=TermsForm.initial_of(found))
    services = form_of(found, request.POST or None, at=database_now())
    if KEEP in request.POST:
        return _keep(request, found, form, services)
    if request.method == "POST" and all([form.is_valid(), services.is_valid()]):
        try:
            revise_tender(
                tender=found,
                terms=form.terms(),
                avoided=form.cleaned_data["avoided"],
                invited=form.cleaned_data["invited_firms"],
                also=services.also,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
            return redirect(found)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    draft = found.published_at is None
    context = _page(found.approval, _bought(found), form=form, services_form=services)
    context |= {"tender": found, "draft": draft, "open_for": bidding_days(found, at=database_now())}
    context |= {"missing": missing_of(found, database_now())} if draft and not form.is_bound else {}
    return _shown(request, context)


def _keep(request: HttpRequest, found: Tender, form: TermsForm, services: ServicesForm) -> HttpResponse:
    """Keep what is right of a form, and say what is missing: to the page as one goes, or by the button."""
    now = database_now()
    wrong: list[tuple[str, list[Any]]] = [
        (_label(form, name), list(faults))
        for name, faults in form.errors.items()
        if form.initial.get(name) or not form.has_error(name, "required")  # else it is told as missing
    ]
    wrong += [(_label(services, name), list(faults)) for name, faults in services.errors.items()]
    try:
        _revise_as_far(request, found, form, services)
    except TenderRefused as refusal:
        wrong = [("", [str(refusal)])]
    found.refresh_from_db()
    context = {"tender": found, "kept_at": now, "wrong": wrong, "missing": missing_of(found, now)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "tenders/_kept.html", context)
    if wrong:
        page = _page(found.approval, _bought(found), form=form, services_form=services, draft=True)
        return render(request, "tenders/tender_form.html", page | context, status=422)
    messages.success(request, _("The draft is saved."))
    return redirect("tenders:tender_edit", ref=found.ref)


def _label(form: TermsForm | ServicesForm, name: str) -> str:
    return str(form.fields[name].label) if name in form.fields else ""


def _revise_as_far(request: HttpRequest, found: Tender, form: TermsForm, services: ServicesForm) -> None:
    """Revise the draft where something changed. Raises AlreadyPublished and StandsInReview."""
    stored, data = terms_of(found), form.cleaned_data
    avoided = [(u.entity, u.reason) for u in found.avoided_units.select_related("entity")]
    invited = [one.entity for one in found.invitations.select_related("entity")]
    now = {"avoided": data.get("avoided", avoided), "invited": data.get("invited_firms", invited)}
    terms = form.kept(stored)
    bought = [one.service_id for one in found.bought[1:]]
    also = [one.pk for one, _ruling in services.also] if services.is_valid() else bought
    there = (_plain(stored), sorted(map(str, avoided)), {e.pk for e in invited}, bought)
    wanted = (_plain(terms), sorted(map(str, now["avoided"])), {e.pk for e in now["invited"]}, also)
    now["also"] = services.also if also != bought else None
    if there != wanted or found.state_at(database_now()) not in (State.DRAFT, State.RETURNED):
        revise_tender(tender=found, terms=terms, by=request.user, at=database_now(), **now)  # type: ignore[arg-type]


def _plain(terms: Terms) -> Terms:
    """Comparable: texts as a form gives them back."""
    return replace(terms, description=terms.description.replace("\r\n", "\n").strip())
