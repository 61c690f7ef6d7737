from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role
from regulation.registry.models import Approval, Service
from regulation.registry.queries import verdict_for

from ..access import owns
from ..errors import StandsInReview, TenderRefused
from ..forms import TermsForm
from ..models import Tender
from ..operations import draft_tender, revise_tender
from ..queries import earliest_deadline, minimum_bidding, procedure_rule_for

GENERAL_RULES = "通则"


def _pair(request: HttpRequest) -> tuple[Approval, Service] | None:
    wanted = {name: request.GET.get(name, "").replace("\0", "") for name in ("approval", "service")}
    approval = Approval.objects.select_related("department", "region").filter(ref=wanted["approval"]).first()
    service = Service.objects.exclude(category=GENERAL_RULES).filter(code=wanted["service"]).first()
    return (approval, service) if approval and service else None


@acting_required(Role.OWNER)
def tender_new(request: HttpRequest) -> HttpResponse:
    """Write a tender for a service that an approval asks for."""
    pair = _pair(request)
    if pair is None:
        return render(request, "tenders/choose.html")
    approval, service = pair
    today = timezone.localdate()
    ruling = verdict_for(approval=approval, service=service, region=approval.region, on=today)
    initial = {
        "title": f"{approval.name}：{service.name}"[:200],
        "closes_at": earliest_deadline(approval.region, now=database_now()),
    }
    form = TermsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = draft_tender(
            owner=request.acting.entity,  # type: ignore[attr-defined]
            approval=approval,
            service=service,
            ruling=ruling,
            terms=form.terms(),
            avoided=form.cleaned_data["avoided"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
        return redirect(made)
    return render(
        request,
        "tenders/tender_form.html",
        {
            "form": form,
            "approval": approval,
            "service": service,
            "ruling": ruling,
            "minimum": minimum_bidding(approval.region, on=today),
            "rule": procedure_rule_for(approval.region, on=today),
        },
        status=422 if form.errors else 200,
    )


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
    if request.method == "POST" and form.is_valid():
        try:
            revise_tender(
                tender=found,
                terms=form.terms(),
                avoided=form.cleaned_data["avoided"],
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
            return redirect(found)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    today = timezone.localdate()
    context: dict[str, Any] = {
        "form": form,
        "tender": found,
        "approval": found.approval,
        "service": found.service,
        "ruling": found.ruling,
        "minimum": minimum_bidding(found.region, on=today),
        "rule": procedure_rule_for(found.region, on=today),
    }
    return render(request, "tenders/tender_form.html", context, status=422 if form.errors else 200)
