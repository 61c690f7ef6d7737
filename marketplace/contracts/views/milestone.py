"""One milestone: what is handed in, how it is examined, its money, its invoices, who may read it."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.directory.two_people import tell_faults
from marketplace.payments.books import to_yuan
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import reads_all, side_of
from ..department_queries import is_open, shares_of
from ..dispute_queries import settlement_of, standing_dispute
from ..forms import AnswerForm, InvoiceForm, ShareForm, WorkForm
from ..life import MILESTONE, State, Step
from ..life_texts import STEP_TONES, STEP_WORDS
from ..models import DeliverableFile, Invoice, Milestone
from ..operations import (
    accept_work,
    hand_in_work,
    record_invoice,
    return_work,
    start_milestone,
)
from ..queries import handed_in, money_of, standing_change, uploads_of
from ..schedule import penalty
from .acting import do, milestone_of, of_side, proved_or_asked, read_contract
from .public import lateness
from .sharing import sent

SIDES = (Role.OWNER, Role.AGENT)
READERS = (*SIDES, Role.REGULATOR, Role.MEDIATOR)


def _back(milestone: Milestone) -> tuple[str, str, int]:
    return "contracts:milestone", milestone.contract.ref, milestone.position


@never_cache
@require_safe
@acting_required(*READERS)
def milestone(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """For the sides and regulators: where it stands, and the form of whoever has the next step."""
    found = milestone_of(read_contract(request, ref), position)
    now, side = database_now(), side_of(acting(request), found.contract)
    step, goes = found.state_at(now), found.contract.state_at(now) is State.IN_FORCE
    acts = [str(act) for act in MILESTONE.acts if goes and MILESTONE.may(act, step)]
    extends = goes and step in (Step.PLANNED, Step.STARTED)
    money = money_of([found]).get(found.pk, {})
    charge = money.get("charge")
    late, rule = lateness(found), found.contract.rule
    submissions = handed_in([found])[found.pk]
    context: dict[str, Any] = {
        "contract": found.contract,
        "milestone": found,
        "step": str(step),
        "words": STEP_WORDS[step],
        "tone": STEP_TONES[step],
        "side": side,
        "acts": acts,
        "submissions": submissions,
        "mends_late": found.mends_late(now),
        "may_return": found.returned_at is None,
        "late": late,
        "penalty": to_yuan(penalty(found.fen, late or 0, rule.late_per_mille, rule.late_cap)),
        "charge": charge,
        "held_back": charge is not None and charge.holds.filter(ended_at__isnull=True).exists(),
        "held": to_yuan(money.get("held", 0)),
        "paid": to_yuan(money.get("intermediary", 0)),
        "invoices": found.invoices.all(),
        "shares": shares_of(found) if side == "buyer" else [],
        "is_open": side == "buyer" and is_open(found),
        "work_form": WorkForm(),
        "begun": uploads_of(request.user, found.contract) if side == "seller" else [],  # type: ignore[arg-type]
        "part_size": str(settings.UPLOAD_PART),
        "answer_form": AnswerForm(milestone=found),
        "share_form": ShareForm(),
        "invoice_form": InvoiceForm(),
        "dispute": standing_dispute(found),
        "may_extend": extends and standing_change(found.contract) is None,
        "settlement": settlement_of(found),
        "now": now,
    }
    return render(request, "contracts/milestone.html", context)


@require_POST
@acting_required(*SIDES)
def start(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    found = milestone_of(of_side(request, ref, "seller"), position)
    return do(
        request,
        lambda: start_milestone(milestone=found, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("Work has begun."),
        *_back(found),
    )


@require_POST
@acting_required(*SIDES)
def hand_in(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    found = milestone_of(of_side(request, ref, "seller"), position)
    form = WorkForm(request.POST, request.FILES)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(*_back(found))
    return do(
        request,
        lambda: hand_in_work(
            milestone=found,
            files=form.cleaned_data["uploads"],
            held=form.held,
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The work is handed in. The buyer examines it by the checklist."),
        *_back(found),
    )


@require_POST
@acting_required(*SIDES)
def answer(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """Accept, or return with reasons: the button that was pressed says which."""
    found = milestone_of(of_side(request, ref, "buyer"), position)
    form = AnswerForm(request.POST, milestone=found)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(*_back(found))
    accepts, told = request.POST.get("answer") == "accept", {}
    if accepts:  # which moves money: who does it proves anew who they are
        proof = proved_or_asked(request, reverse("contracts:milestone", args=[ref, position]))
        if isinstance(proof, HttpResponse):
            return proof
        told = {"proof": proof}
    act: Any = accept_work if accepts else return_work
    done = (
        _("The work is accepted; its payment follows.")
        if accepts
        else _("The work is returned with your reasons, once.")
    )
    return do(
        request,
        lambda: act(milestone=found, judged=form.judged, by=request.user, at=database_now(), **told),
        done,
        *_back(found),
    )


@require_POST
@acting_required(*SIDES)
def invoice(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    found = milestone_of(of_side(request, ref, "seller"), position)
    form = InvoiceForm(request.POST, request.FILES)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(*_back(found))
    told = form.cleaned_data
    return do(
        request,
        lambda: record_invoice(
            milestone=found,
            number=told["number"],
            code=told["code"],
            issued_on=told["issued_on"],
            fen=form.fen,
            file=told["upload"],
            held=form.held,
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The invoice is on record."),
        *_back(found),
    )


@never_cache
@require_safe
@acting_required(*READERS)
def file(request: HttpRequest, ref: str) -> FileResponse:
    """A file that was handed in, for the sides and regulators."""
    found = get_object_or_404(
        DeliverableFile.objects.select_related("submission__milestone__contract"), ref=ref
    )
    if not reads_all(request.user, acting(request), found.submission.milestone.contract):
        raise Http404
    return sent(found)


@never_cache
@require_safe
@acting_required(*READERS)
def invoice_file(request: HttpRequest, ref: str) -> FileResponse:
    """The file of an invoice, for the sides, regulators, and a mediator that sits."""
    found = get_object_or_404(Invoice.objects.select_related("milestone__contract"), ref=ref)
    if not found.file or not reads_all(request.user, acting(request), found.milestone.contract):
        raise Http404
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
    )
