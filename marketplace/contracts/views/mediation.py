"""The mediator's desk and acts; the list of mediators, which regulators keep and everyone reads."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.directory.two_people import tell_faults
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import oversees
from ..dispute_forms import DecisionForm, MediatorForm, SplitForm
from ..dispute_queries import mediators, seats_of, standing_seat
from ..errors import ContractRefused
from ..forms import clean_text
from ..models import Mediator, Seat
from ..operations import (
    accept_seat,
    decide_dispute,
    decline_seat,
    list_mediator,
    object_to_mediator,
    suggest_split,
    unlist_mediator,
)
from .acting import do
from .disputes import SIDES, own_dispute, read_dispute

PAGE = 20


@never_cache
@require_safe
@acting_required(Role.MEDIATOR)
def mediator_desk(request: HttpRequest) -> HttpResponse:
    """Every dispute somebody was named for, what waits for an answer before the rest."""
    membership = acting(request)
    found = seats_of(request.user, membership.entity)  # type: ignore[union-attr, arg-type]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    listed = Mediator.objects.filter(user=request.user.pk, listed__upper_inf=True).exists()
    context = {"page_obj": page, "now": database_now(), "listed": listed}
    return render(request, "contracts/mediator_desk.html", context)


def _sitting(request: HttpRequest, ref: str) -> Seat:
    """The seat of whoever asks in a dispute; 404 where it knows nothing of it, 403 where it does not sit."""
    found = read_dispute(request, ref)
    seat = standing_seat(found)
    if seat is None or seat.mediator.user_id != request.user.pk:
        raise PermissionDenied
    seat.dispute = found
    return seat


@require_POST
@acting_required(Role.MEDIATOR)
def seat_accept(request: HttpRequest, ref: str) -> HttpResponse:
    seat = _sitting(request, ref)
    return do(
        request,
        lambda: accept_seat(seat=seat, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("You decide this dispute. The time to decide begins when that to object is over."),
        seat.dispute,
    )


@require_POST
@acting_required(Role.MEDIATOR)
def seat_decline(request: HttpRequest, ref: str) -> HttpResponse:
    seat = _sitting(request, ref)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: decline_seat(seat=seat, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("You do not decide this dispute; the next mediator is named."),
        "contracts:mediator_desk",
    )


@require_POST
@acting_required(Role.MEDIATOR)
def dispute_suggest(request: HttpRequest, ref: str) -> HttpResponse:
    """A proposal of the mediator to all sides."""
    seat = _sitting(request, ref)
    form = SplitForm(request.POST, milestone=seat.dispute.milestone)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(seat.dispute)
    return do(
        request,
        lambda: suggest_split(
            seat=seat,
            released_fen=form.released_fen,
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("Your proposal lies before all sides. It holds once every side agrees; until then you may decide."),
        seat.dispute,
    )


@require_POST
@acting_required(Role.MEDIATOR)
def dispute_decide(request: HttpRequest, ref: str) -> HttpResponse:
    seat = _sitting(request, ref)
    form = DecisionForm(request.POST, milestone=seat.dispute.milestone)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(seat.dispute)
    return do(
        request,
        lambda: decide_dispute(
            seat=seat,
            released_fen=form.decided_fen,
            reasons=form.cleaned_data["reasons"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The dispute is decided, and the decision is carried out."),
        "contracts:mediator_desk",
    )


@require_POST
@acting_required(*SIDES)
def dispute_object(request: HttpRequest, ref: str) -> HttpResponse:
    found, side = own_dispute(request, ref)
    seat = standing_seat(found)
    if seat is None:
        raise Http404
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: object_to_mediator(seat=seat, side=side, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("Your objection is on record; the next mediator is named."),
        found,
    )


def mediator_list(request: HttpRequest) -> HttpResponse:
    """Who may be named, for everyone; regulators put somebody on the list here."""
    keeps, now = oversees(acting(request)), database_now()
    sent = request.method == "POST"
    if sent and not keeps:
        raise PermissionDenied
    form = MediatorForm(request.POST if sent else None) if keeps else None
    if sent and form is not None and form.is_valid():
        try:
            list_mediator(
                membership=form.cleaned_data["membership"],
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=now,
            )
        except ContractRefused as refusal:
            form.add_error(None, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
        else:
            messages.success(request, _("The person is on the list, and can be named from now on."))
            return redirect("contracts:mediator_list")
    page = Paginator(mediators(on=timezone.localdate(now)), PAGE).get_page(request.GET.get("page"))
    whole = keeps or bool(getattr(request.user, "is_staff", False))
    context: dict[str, Any] = {"page_obj": page, "form": form, "keeps": keeps, "whole": whole}
    wrong = form is not None and bool(form.errors)
    return render(request, "contracts/mediator_list.html", context, status=422 if wrong else 200)


@require_POST
@acting_required(Role.REGULATOR)
def mediator_end(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Mediator, ref=ref)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: unlist_mediator(mediator=found, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The person is named no more. A dispute in hand is decided nevertheless."),
        "contracts:mediator_list",
    )
