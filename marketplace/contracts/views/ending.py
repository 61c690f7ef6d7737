"""The early end of a contract: proposed and signed, or demanded and then by right; and more days."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role, User

from ..access import side_of
from ..dispute_forms import DaysForm, EndForm
from ..dispute_queries import standing_ending
from ..errors import ContractRefused
from ..forms import clean_text
from ..life import CONTRACT, Act, Step
from ..models import Contract, Ending, Ground, Milestone, Side
from ..operations import (
    ask_for_more_days,
    decline_end,
    demand_performance,
    end_by_right,
    propose_end,
    sign_end,
)
from ..operations.ending import is_overdue
from ..queries import milestones_of
from .acting import bind, do, milestone_of, of_side, proved_or_asked

SIDES = (Role.OWNER, Role.AGENT)
ANY = ("buyer", "seller", "payer")


def open_milestones(contract: Contract) -> list[Milestone]:
    """Neither accepted nor cancelled."""
    return [m for m in milestones_of(contract) if m.accepted_at is None and m.cancelled_at is None]


def overdue_for(contract: Contract, side: str) -> list[Milestone]:
    """What a side may demand: work past its day, or accepted work that nobody paid in."""
    ground = Ground.LATE_PAYMENT if side == "seller" else Ground.LATE_WORK
    on = timezone.localdate(database_now())
    asked = ((m, Ending(contract=contract, ground=ground, milestone=m)) for m in milestones_of(contract))
    return [m for m, ending in asked if is_overdue(ending, on=on)]


@never_cache
@acting_required(*SIDES)
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """Propose how the contract ends; below, demand what is overdue."""
    found = of_side(request, ref, *ANY)
    now, side = database_now(), side_of(acting(request), found)
    if not CONTRACT.may(Act.TERMINATE, found.state_at(now)) or standing_ending(found) is not None:
        messages.error(request, _("No early end can be proposed now: see what waits on the contract."))
        return redirect(found)
    milestones = open_milestones(found)
    form = EndForm(request.POST if request.method == "POST" else None, milestones=milestones)
    if request.method == "POST" and form.is_valid():
        try:
            propose_end(
                contract=found,
                side=side,
                released=form.released,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=now,
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The early end is proposed. It holds once every side has signed it."))
            return redirect("contracts:end_sign", found.ref)
    context = {
        "contract": found,
        "form": form,
        "disputed": [m for m in milestones if m.state_at(now) is Step.DISPUTED],
        "overdue": overdue_for(found, side),
        "side": side,
    }
    return render(request, "contracts/end.html", context, status=422 if form.errors else 200)


@never_cache
@acting_required(*SIDES)
def end_sign(request: HttpRequest, ref: str) -> HttpResponse:
    """What becomes of each milestone's money, and the button that signs it."""

    def read(found: Contract, side: str) -> HttpResponse:
        held = standing_ending(found)
        if held is None or held.by_right:
            messages.error(request, _("No early end waits for a signature."))
            return redirect(found)
        signed = {one.side: one for one in held.signatures.all()}
        context: dict[str, Any] = {
            "contract": found,
            "ending": held,
            "side": Side(side).label,
            "entity": getattr(found, side),
            "signed": side in signed,
            "sides": [
                {
                    "label": Side(one).label,
                    "entity": getattr(found, one),
                    "signature": signed.get(one),
                }
                for one in found.sides
            ],
        }
        return render(request, "contracts/end_sign.html", context)

    done = _("You have signed the early end. With the last signature it is carried out.")
    return bind(request, ref, page="contracts:end_sign", act=sign_end, done=done, read=read)


@require_POST
@acting_required(*SIDES)
def end_decline(request: HttpRequest, ref: str) -> HttpResponse:
    found = of_side(request, ref, *ANY)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: decline_end(contract=found, reason=reason, by=_user(request), at=database_now()),
        _("It comes to nothing; the contract holds as it was."),
        found,
    )


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@require_POST
@acting_required(*SIDES)
def end_demand(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    found = milestone_of(of_side(request, ref, *ANY), position)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: demand_performance(
            contract=found.contract,
            side=side_of(acting(request), found.contract),
            milestone=found,
            reason=reason,
            by=_user(request),
            at=database_now(),
        ),
        _("The demand is on record. If it is not met in time, you may end the contract."),
        found.contract,
    )


@require_POST
@acting_required(*SIDES)
def end_by_right_(request: HttpRequest, ref: str) -> HttpResponse:
    """Ending binds: who does it proves anew who they are."""
    found = of_side(request, ref, *ANY)
    side = side_of(acting(request), found)
    proof = proved_or_asked(request, found.get_absolute_url())
    if isinstance(proof, HttpResponse):
        return proof
    return do(
        request,
        lambda: end_by_right(contract=found, side=side, by=_user(request), at=database_now(), proof=proof),
        _("The contract is ended: what is accepted is paid, the rest goes back."),
        found,
    )


@never_cache
@acting_required(*SIDES)
def more_days(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """The short way to a change of days alone."""
    found = milestone_of(of_side(request, ref, *ANY), position)
    form = DaysForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_more_days(
                contract=found.contract,
                side=side_of(acting(request), found.contract),
                milestone=found,
                by=_user(request),
                at=database_now(),
                **form.cleaned_data,
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("More days are asked for. They hold once every side has signed."))
            return redirect("contracts:change_agree", found.contract.ref)
    context = {"contract": found.contract, "milestone": found, "form": form}
    return render(request, "contracts/more_days.html", context, status=422 if form.errors else 200)
