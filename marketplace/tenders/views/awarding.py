"""What the owner and the bidders do about an award: each one act, then back to the page of the choice."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..access import sees_receipt
from ..choosing_forms import ProposalForm, ReasonForm
from ..models import Bid, Exclusion, LowPrice
from ..operations import (
    approve_award,
    decide_exclusion,
    decide_low_price,
    decline_proposal,
    justify_price,
    propose_award,
    propose_exclusion,
    withdraw_after_opening,
)
from ..standing import bids_in_the_running, method_of
from .acting import do, must_own, owned_tender, tell_faults

PAGE = "tenders:choosing"


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user, "at": database_now()}


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


@require_POST
@acting_required(Role.OWNER)
def award(request: HttpRequest, ref: str) -> HttpResponse:
    """Evaluate, and propose the award that follows."""
    found = owned_tender(request, ref)
    bids = bids_in_the_running(found) if method_of(found).needs == "choice" else None
    form = ProposalForm(request.POST, bids=bids)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(PAGE, ref)
    chosen = next((b for b in bids or [] if str(b.pk) == form.cleaned_data.get("bid")), None)
    return do(
        request,
        lambda: propose_award(tender=found, bid=chosen, reason=form.cleaned_data["reason"], **_who(request)),
        _("The award is proposed. A colleague has to approve it."),
        PAGE,
        ref,
    )


@require_POST
@acting_required(Role.OWNER)
def award_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve a colleague's proposal, or turn it down with a reason."""
    found = owned_tender(request, ref)
    if request.POST.get("decision") == "decline":
        return do(
            request,
            lambda: decline_proposal(tender=found, reason=_reason(request), **_who(request)),
            _("The proposal is turned down."),
            PAGE,
            ref,
        )
    return do(
        request,
        lambda: approve_award(tender=found, **_who(request)),
        _("The award is public. The standstill has begun."),
        PAGE,
        ref,
    )


def _opened_bid(pk: int) -> Bid:
    return get_object_or_404(Bid.objects.opened().select_related("tender", "tenderer"), pk=pk)


@require_POST
@acting_required(Role.OWNER)
def bid_exclude(request: HttpRequest, pk: int) -> HttpResponse:
    bid = _opened_bid(pk)
    must_own(request, bid.tender)
    return do(
        request,
        lambda: propose_exclusion(bid=bid, reason=_reason(request), **_who(request)),
        _("The exclusion is proposed. A colleague has to confirm it."),
        PAGE,
        bid.tender.ref,
    )


@require_POST
@acting_required(Role.OWNER)
def exclusion_decide(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Exclusion.objects.select_related("bid__tender"), pk=pk)
    must_own(request, found.bid.tender)
    confirm = request.POST.get("decision") == "confirm"
    return do(
        request,
        lambda: decide_exclusion(exclusion=found, confirm=confirm, **_who(request)),
        _("The bid is out of the running.") if confirm else _("The bid stays in the running."),
        PAGE,
        found.bid.tender.ref,
    )


@require_POST
@acting_required(Role.AGENT)
def bid_step_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A bidder steps back after the opening."""
    bid = _opened_bid(pk)
    if not sees_receipt(request.acting, bid):  # type: ignore[attr-defined]
        raise PermissionDenied
    return do(
        request,
        lambda: withdraw_after_opening(bid=bid, reason=_reason(request), **_who(request)),
        _("Your bid is out of the running, and the reason is public."),
        PAGE,
        bid.tender.ref,
    )


@require_POST
@acting_required(Role.AGENT)
def low_price_justify(request: HttpRequest, pk: int) -> HttpResponse:
    low = get_object_or_404(LowPrice.objects.select_related("bid__tender"), pk=pk)
    if not sees_receipt(request.acting, low.bid):  # type: ignore[attr-defined]
        raise PermissionDenied
    return do(
        request,
        lambda: justify_price(low=low, answer=_reason(request), **_who(request)),
        _("Your justification is with the owner."),
        PAGE,
        low.bid.tender.ref,
    )


@require_POST
@acting_required(Role.OWNER)
def low_price_decide(request: HttpRequest, pk: int) -> HttpResponse:
    low = get_object_or_404(LowPrice.objects.select_related("bid__tender"), pk=pk)
    must_own(request, low.bid.tender)
    accept = request.POST.get("decision") == "accept"
    return do(
        request,
        lambda: decide_low_price(low=low, accept=accept, reason=_reason(request), **_who(request)),
        _("The price is accepted.")
        if accept
        else _("The exclusion is proposed. A colleague has to confirm it."),
        PAGE,
        low.bid.tender.ref,
    )
