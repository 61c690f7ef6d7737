"""The owner writes a draft: whole, or as far as it has come, kept as one goes."""

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
from regulation.registry.models import Approval, Ruling, Service
from regulation.registry.queries import verdict_for

from ..access import owns
from ..errors import StandsInReview, TenderRefused
from ..forms import TermsForm
from ..life import State
from ..models import Tender
from ..operations import draft_tender, revise_tender
from ..operations.drafting import Terms, terms_of
from ..queries import earliest_deadline, minimum_bidding, procedure_rule_for, templates_of
from .preparing import missing_of

GENERAL_RULES = "通则"
KEEP = "keep"  # the button, and the autosave, that keep a form as far as it has come


def _pair(request: HttpRequest) -> tuple[Approval, Service] | None:
    wanted = {name: request.GET.get(name, "").replace("\0", "") for name in ("approval", "service")}
    approval = Approval.objects.select_related("department", "region").filter(ref=wanted["approval"]).first()
    service = Service.objects.exclude(category=GENERAL_RULES).filter(code=wanted["service"]).first()
    return (approval, service) if approval and service else None


def _page(approval: Approval, service: Service, ruling: Ruling | None, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "approval": approval,
        "service": service,
        "ruling": ruling,
        "minimum": minimum_bidding(approval.region, on=today),
        "rule": procedure_rule_for(approval.region, on=today),
        **more,
    }


@acting_required(Role.OWNER)
def tender_new(request: HttpRequest) -> HttpResponse:
    """Write a tender for a service that an approval asks for."""
    pair = _pair(request)
    if pair is None:
        return render(request, "tenders/choose.html")
    approval, service = pair
    ruling = verdict_for(approval=approval, service=service, region=approval.region, on=timezone.localdate())
    title = f"{approval.name}：{service.name}"[:200]
    initial = {
        "title": title,
        "closes_at": earliest_deadline(approval.region, now=database_now()),
    }
    offered = list(templates_of(request.acting.entity, service=service))  # type: ignore[attr-defined]
    chosen = next((one for one in offered if str(one.pk) == request.GET.get("template")), None)
    initial |= chosen.terms if chosen else {}
    form = TermsForm(request.POST or None, initial=initial)
    keep = KEEP in request.POST
    if request.method == "POST" and (form.is_valid() or keep):
        begun = Terms(title=title, description="", days=0, contact="", closes_at=None)
        made = draft_tender(
            owner=request.acting.entity,  # type: ignore[attr-defined]
            approval=approval,
            service=service,
            ruling=ruling,
            terms=form.kept(begun) if keep else form.terms(),
            avoided=form.cleaned_data.get("avoided", ()),
            invited=form.cleaned_data.get("invited_firms", ()),
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
        return redirect("tenders:tender_edit", ref=made.ref) if keep else redirect(made)
    context = _page(approval, service, ruling, form=form, offered=offered, chosen=chosen)
    return render(request, "tenders/tender_form.html", context, status=422 if form.errors else 200)


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
    if KEEP in request.POST:
        return _keep(request, found, form)
    if request.method == "POST" and form.is_valid():
        try:
            revise_tender(
                tender=found,
                terms=form.terms(),
                avoided=form.cleaned_data["avoided"],
                invited=form.cleaned_data["invited_firms"],
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
            return redirect(found)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    draft = found.published_at is None
    context = _page(found.approval, found.service, found.ruling, form=form, tender=found, draft=draft)
    context |= {"missing": missing_of(found, database_now())} if draft and not form.is_bound else {}
    return render(request, "tenders/tender_form.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, found: Tender, form: TermsForm) -> HttpResponse:
    """Keep what is right of a form, and say what is missing: to the page as one goes, or by the button."""
    now = database_now()
    wrong: list[tuple[str, list[Any]]] = [
        (_label(form, name), list(faults))
        for name, faults in form.errors.items()
        if form.initial.get(name) or not form.has_error(name, "required")  # else it is told as missing
    ]
    try:
        _revise_as_far(request, found, form)
    except TenderRefused as refusal:
        wrong = [("", [str(refusal)])]
    found.refresh_from_db()
    context = {"tender": found, "kept_at": now, "wrong": wrong, "missing": missing_of(found, now)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "tenders/_kept.html", context)
    if wrong:
        page = _page(found.approval, found.service, found.ruling, form=form, draft=True)
        return render(request, "tenders/tender_form.html", page | context, status=422)
    messages.success(request, _("The draft is saved."))
    return redirect("tenders:tender_edit", ref=found.ref)


def _label(form: TermsForm, name: str) -> str:
    return str(form.fields[name].label) if name in form.fields else ""


def _revise_as_far(request: HttpRequest, found: Tender, form: TermsForm) -> None:
    """Revise the draft where something changed. Raises AlreadyPublished and StandsInReview."""
    stored, data = terms_of(found), form.cleaned_data
    avoided = [(u.entity, u.reason) for u in found.avoided_units.select_related("entity")]
    invited = [one.entity for one in found.invitations.select_related("entity")]
    now = {"avoided": data.get("avoided", avoided), "invited": data.get("invited_firms", invited)}
    terms = form.kept(stored)
    there = (_plain(stored), sorted(map(str, avoided)), {e.pk for e in invited})
    wanted = (_plain(terms), sorted(map(str, now["avoided"])), {e.pk for e in now["invited"]})
    if there != wanted or found.state_at(database_now()) not in (State.DRAFT, State.RETURNED):
        revise_tender(tender=found, terms=terms, by=request.user, at=database_now(), **now)  # type: ignore[arg-type]


def _plain(terms: Terms) -> Terms:
    """Comparable: texts as a form gives them back."""
    return replace(terms, description=terms.description.replace("\r\n", "\n").strip())
