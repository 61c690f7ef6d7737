"""A dispute: opened from its milestone, then one page on which everything about it is read and done."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.directory.two_people import tell_faults
from marketplace.payments.books import to_yuan
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import oversees, reads_all, side_of
from ..dispute_forms import DecisionForm, DisputeFilter, DisputeForm, EvidenceForm, SplitForm
from ..dispute_queries import all_disputes, public_disputes, standing_seat
from ..errors import ContractRefused
from ..forms import clean_text
from ..life import MILESTONE, Act, State
from ..models import Dispute, DisputeFile
from ..operations import (
    add_evidence,
    agree_to_split,
    ask_for_decision,
    open_dispute,
    propose_split,
    withdraw_dispute,
)
from ..queries import handed_in, money_of, uploads_of
from .acting import do, milestone_of, of_side, read_contract
from .sharing import sent

SIDES = (Role.OWNER, Role.AGENT)
READERS = (*SIDES, Role.REGULATOR, Role.MEDIATOR)
ANY = ("buyer", "seller", "payer")
PAGE = 20


@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """What came of disputes, for everyone; regulators and the site's staff see those that stand too."""
    whole = oversees(acting(request)) or bool(getattr(request.user, "is_staff", False))
    found = DisputeFilter(request.GET or None, queryset=all_disputes() if whole else public_disputes())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "whole": whole, "now": database_now()}
    return render(request, "contracts/dispute_list.html", context)


@never_cache
@acting_required(*SIDES)
def dispute_new(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """Say what is disputed and show it."""
    found = milestone_of(of_side(request, ref, *ANY), position)
    now = database_now()
    may = found.contract.state_at(now) is State.IN_FORCE and MILESTONE.may(Act.DISPUTE, found.state_at(now))
    if not may:
        messages.error(request, _("Nothing can be disputed here now: see where the milestone stands."))
        return redirect("contracts:milestone", ref, position)
    form = DisputeForm(request.POST, request.FILES) if request.method == "POST" else DisputeForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = open_dispute(
                milestone=found,
                side=side_of(acting(request), found.contract),
                claim=form.cleaned_data["claim"],
                files=form.evidence,
                held=form.held,
                by=request.user,  # type: ignore[arg-type]
                at=now,
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The dispute is open. Nothing is accepted or paid while it stands."))
            return redirect(made)
    context = {
        "contract": found.contract,
        "milestone": found,
        "form": form,
        "begun": uploads_of(request.user, found.contract),  # type: ignore[arg-type]
        "part_size": str(settings.UPLOAD_PART),
    }
    return render(request, "contracts/dispute_new.html", context, status=422 if form.errors else 200)


def read_dispute(request: HttpRequest, ref: str) -> Dispute:
    """A dispute of a contract the reader may read whole; 404 for everybody else."""
    found = get_object_or_404(Dispute.objects.select_related("milestone__contract", "rule"), ref=ref)
    found.milestone.contract = read_contract(request, found.milestone.contract.ref)
    return found


def side_in(request: HttpRequest, dispute: Dispute) -> str:
    return side_of(acting(request), dispute.milestone.contract)


def own_dispute(request: HttpRequest, ref: str) -> tuple[Dispute, str]:
    """A dispute of which the reader acts for a side, and the side; 403 for who may only read it."""
    found = read_dispute(request, ref)
    if not (side := side_in(request, found)):
        raise PermissionDenied
    return found, side


@never_cache
@require_safe
@acting_required(*READERS)
def dispute(request: HttpRequest, ref: str) -> HttpResponse:
    """For the sides, the mediator and regulators: the claim, what shows it, proposals, who decides, what came
    of it.
    """
    found = read_dispute(request, ref)
    milestone, now, side = found.milestone, database_now(), side_in(request, found)
    proposals = list(found.proposals.prefetch_related("assents").order_by("-number"))
    money = money_of([milestone]).get(milestone.pk, {})
    agreed = {one.side for one in proposals[0].assents.all()} if proposals else set()
    context: dict[str, Any] = {
        "dispute": found,
        "contract": milestone.contract,
        "milestone": milestone,
        "side": side,
        "open": found.closed_at is None,
        "cure_runs": now < found.cure_until,
        "proposals": proposals,
        "standing": proposals[0] if proposals else None,
        "may_agree": bool(side) and bool(proposals) and side not in agreed,
        "files": found.files.select_related("given_by").order_by("pk"),
        "settlement": getattr(found, "settlement", None),
        "held": to_yuan(money.get("held", 0)),
        "charge": money.get("charge"),
        "submissions": handed_in([milestone])[milestone.pk],
        "part_size": str(settings.UPLOAD_PART),
        "split_form": SplitForm(milestone=milestone, auto_id="split_%s"),
        "evidence_form": EvidenceForm(auto_id="evidence_%s"),
        "now": now,
    }
    return render(request, "contracts/dispute.html", context | _mediation(request, found, side=side, now=now))


def _mediation(request: HttpRequest, dispute: Dispute, *, side: str, now: Any) -> dict[str, Any]:
    """Who was named, who sits, and what the reader may do about it."""
    seat, membership = standing_seat(dispute), acting(request)
    sits = seat is not None and seat.mediator.user_id == request.user.pk
    deciding = seat is not None and seat.decide_by is not None and seat.answer_by <= now < seat.decide_by
    return {
        "seats": dispute.seats.select_related("mediator__body", "mediator__user").prefetch_related(
            "checks__check_made"
        ),
        "seat": seat,
        "sits": sits and membership is not None and membership.role == Role.MEDIATOR,
        "may_object": _may_object(dispute, seat, side, now),
        "decision": getattr(dispute, "decision", None),
        "decidable": deciding,
        "decision_form": DecisionForm(milestone=dispute.milestone),
    }


def _may_object(dispute: Dispute, seat: Any, side: str, now: Any) -> bool:
    in_time = seat is not None and now < seat.answer_by
    return in_time and bool(side) and not dispute.seats.filter(end_side=side).exists()


@require_POST
@acting_required(*SIDES)
def dispute_evidence(request: HttpRequest, ref: str) -> HttpResponse:
    found, side = own_dispute(request, ref)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(found)
    return do(
        request,
        lambda: add_evidence(
            dispute=found,
            side=side,
            files=form.cleaned_data["uploads"],
            held=form.held,
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The evidence is on record; the other side reads it."),
        found,
    )


@require_POST
@acting_required(*SIDES)
def dispute_propose(request: HttpRequest, ref: str) -> HttpResponse:
    found, side = own_dispute(request, ref)
    form = SplitForm(request.POST, milestone=found.milestone)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(found)
    return do(
        request,
        lambda: propose_split(
            dispute=found,
            side=side,
            released_fen=form.released_fen,
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The split is proposed. It holds once the other side agrees."),
        found,
    )


@require_POST
@acting_required(*SIDES)
def dispute_agree(request: HttpRequest, ref: str) -> HttpResponse:
    found, side = own_dispute(request, ref)
    read = request.POST.get("number", "")
    number = int(read) if read.isascii() and read.isdigit() and len(read) < 6 else 0
    return do(
        request,
        lambda: agree_to_split(dispute=found, side=side, number=number, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("You agree. What is agreed by all sides is carried out at once."),
        found,
    )


@require_POST
@acting_required(*SIDES)
def dispute_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    found, side = own_dispute(request, ref)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: withdraw_dispute(dispute=found, side=side, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The dispute is taken back; the milestone goes on where it stood."),
        found,
    )


@require_POST
@acting_required(*SIDES)
def dispute_ask(request: HttpRequest, ref: str) -> HttpResponse:
    found, side = own_dispute(request, ref)
    return do(
        request,
        lambda: ask_for_decision(dispute=found, side=side, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("A decision is asked for. The next mediator whom nothing ties to a side is named within a minute."),
        found,
    )


@never_cache
@require_safe
@acting_required(*READERS)
def dispute_file(request: HttpRequest, ref: str) -> FileResponse:
    """A file of evidence, for the sides, the mediator and regulators; always as a download."""
    found = get_object_or_404(DisputeFile.objects.select_related("dispute__milestone__contract"), ref=ref)
    if not reads_all(request.user, acting(request), found.dispute.milestone.contract):
        raise Http404
    return sent(found)
