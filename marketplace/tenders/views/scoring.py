"""Evaluators: named by the owner, scoring on a page of their own."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import owns
from ..choosing_forms import EvaluatorForm, ReasonForm, ScoreForm
from ..errors import TenderRefused
from ..models import Evaluator
from ..operations import hand_in, name_evaluator, recuse, save_scores
from ..standing import bids_in_the_running, evaluator_of, method_of
from .acting import do, owned_tender, seen_tender, tell_faults


@require_POST
@acting_required(Role.OWNER)
def evaluator_name(request: HttpRequest, ref: str) -> HttpResponse:
    """Put somebody on the panel."""
    found = owned_tender(request, ref)
    form = EvaluatorForm(request.POST)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect("tenders:choosing", ref)
    user = form.cleaned_data["email"]
    return do(
        request,
        lambda: name_evaluator(tender=found, user=user, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("%(who)s is on the panel.") % {"who": user},
        "tenders:choosing",
        ref,
    )


@require_POST
@login_required
def evaluator_recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Step back oneself, or be taken off by the owner."""
    seat = get_object_or_404(Evaluator.objects.select_related("tender", "user"), pk=pk)
    if seat.user_id != request.user.pk and not owns(acting(request), seat.tender):
        raise PermissionDenied
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return do(
        request,
        lambda: recuse(evaluator=seat, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The seat on the panel is free."),
        "tenders:choosing",
        seat.tender.ref,
    )


@never_cache
@login_required
def score(request: HttpRequest, ref: str) -> HttpResponse:
    """One evaluator's own scores: kept as one goes, then handed in. Nobody else's are here."""
    found = seen_tender(request, ref)
    seat = evaluator_of(found, request.user)  # type: ignore[arg-type]
    if seat is None:
        raise PermissionDenied
    criteria = method_of(found).clean(found.method_parameters)["criteria"]
    given = {(s.bid_id, s.criterion): s.points for s in seat.scores.all()}
    bids = bids_in_the_running(found)
    prefetch_related_objects(bids, "sealed_files")
    form = ScoreForm(request.POST or None, bids=bids, criteria=criteria, given=given)
    if request.method == "POST" and form.is_valid():
        who: dict[str, Any] = {"by": request.user, "at": database_now()}
        try:
            save_scores(evaluator=seat, points=form.points(), **who)
            if request.POST.get("do") == "hand_in":
                hand_in(evaluator=seat, remark=form.cleaned_data["remark"], **who)
                return redirect("tenders:choosing", ref)
            return redirect("tenders:score", ref)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"tender": found, "seat": seat, "form": form, "criteria": criteria}
    return render(request, "tenders/score.html", context, status=422 if form.errors else 200)
