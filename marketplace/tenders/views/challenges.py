"""Challenges and complaints: public as they stand, with a form for whoever has the next step."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, with_receipt
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Role
from regulation.registry.models import Provision

from ..access import may_bid, owns
from ..choosing_forms import AcceptForm, AnswerForm, ChallengeForm, ComplaintForm
from ..errors import TenderRefused
from ..models import Challenge, Stage
from ..operations import (
    answer_challenge,
    complain,
    decide_complaint,
    file_challenge,
    propose_decision,
    take_up_complaint,
)
from ..standing import stage_of
from .acting import do, seen_tender, tell_faults

PAGE = 20
BASIS = ("tendering-implementation-54", "tendering-implementation-60", "tendering-implementation-61")
TONES = {Stage.WAITING: "warn", Stage.OVERDUE: "bad", Stage.COMPLAINED: "warn", Stage.TAKEN_UP: "warn"}


@require_safe
def challenge_list(request: HttpRequest) -> HttpResponse:
    """Every challenge, newest first, with where it stands."""
    found = Challenge.objects.select_related("tender", "challenger").order_by("-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    now = database_now()
    rows = [
        {"challenge": one, "stage": stage, "tone": TONES.get(stage, "neutral")}
        for one in page
        for stage in [stage_of(one, now=now)]
    ]
    return render(request, "tenders/challenge_list.html", {"page_obj": page, "rows": rows})


@acting_required(Role.AGENT)
def challenge_new(request: HttpRequest, ref: str) -> HttpResponse:
    """File a challenge of the award that stands."""
    tender = seen_tender(request, ref)
    award = tender.award
    form = ChallengeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and award is not None:
        try:
            made = file_challenge(
                award=award,
                challenger=request.acting.entity,  # type: ignore[attr-defined]
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
                **form.cleaned_data,
            )
            done = _with_receipt(request, made, "tenders.challenged", _("The challenge is public."))
            messages.success(request, done)
            return redirect(made)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"tender": tender, "award": award, "form": form, "now": database_now(), "provisions": _basis()}
    return render(request, "tenders/challenge_new.html", context, status=422 if form.errors else 200)


def _with_receipt(request: HttpRequest, of: Challenge, kind: str, done: str) -> str:
    """What was done, with the way to the receipt of it."""
    link = give_receipt(subject=of.tender, kind=kind, holder=request.user, by=request.user)
    return with_receipt(done, link)


def _basis() -> list[Provision]:
    return list(
        Provision.objects.filter(ref__in=BASIS).select_related("instrument").order_by("article_order")
    )


def _events(one: Challenge) -> list[dict[str, Any]]:
    facts = [
        (one.filed_at, _("Challenge filed"), ""),
        (one.answered_at, _("Owner answered"), _("upheld") if one.upheld else _("rejected")),
        (one.complained_at, _("Complaint filed"), ""),
        (one.accepted_at, _("Taken up") if one.accepted else _("Not taken up"), one.acceptance_reason),
        (one.decided_at, _("Decided"), _("upheld") if one.complaint_upheld else _("rejected")),
    ]
    return [{"at": at, "title": title, "text": text, "future": False} for at, title, text in facts if at]


def _next_form(request: HttpRequest, one: Challenge) -> tuple[str, forms.Form | None]:
    """The step the reader may take now, and its form."""
    membership, now = acting(request), database_now()
    if owns(membership, one.tender) and not one.answered_at and not one.complained_at:
        return "answer", AnswerForm()
    mine = membership is not None and may_bid(membership) and membership.entity_id == one.challenger_id
    waited = one.answered_at is not None or now >= one.answer_due_at
    late = one.complaint_due_at is not None and now >= one.complaint_due_at
    if mine and waited and not late and not one.complained_at and not one.upheld:
        return "complain", ComplaintForm()
    if acts_as(membership, Role.REGULATOR) and one.complained_at:
        if not one.accepted_at:
            return "take-up", AcceptForm()
        if one.accepted and not one.decided_at:
            if one.proposed_at and one.proposed_by_id != request.user.pk:
                return "decide", None
            return "propose", AnswerForm()
    return "", None


@cache_control(no_cache=True)
@require_safe
def challenge(request: HttpRequest, pk: int) -> HttpResponse:
    """One challenge with its answers, its clocks and its law."""
    found = get_object_or_404(Challenge.objects.select_related("tender__owner", "challenger", "award"), pk=pk)
    now = database_now()
    step, form = _next_form(request, found)
    stage = stage_of(found, now=now)
    context = {
        "challenge": found,
        "tender": found.tender,
        "stage": stage,
        "tone": TONES.get(stage, "neutral"),
        "events": _events(found),
        "now": now,
        "step": step,
        "form": form,
        "provisions": _basis(),
        "regulator": acts_as(acting(request), Role.REGULATOR),
    }
    return render(request, "tenders/challenge.html", context)


STEP_FORMS: dict[str, type[forms.Form]] = {
    "answer": AnswerForm,
    "complain": ComplaintForm,
    "take-up": AcceptForm,
    "propose": AnswerForm,
}


@require_POST
@login_required
def challenge_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One step by whoever it is for: the owner, the challenger, a regulator."""
    found = get_object_or_404(Challenge.objects.select_related("tender"), pk=pk)
    membership = acting(request)
    allowed = {
        "answer": owns(membership, found.tender),
        "complain": may_bid(membership)
        and membership is not None
        and membership.entity_id == found.challenger_id,
    }
    if not allowed.get(act, acts_as(membership, Role.REGULATOR)):
        raise PermissionDenied
    data: dict[str, Any] = {}
    if act in STEP_FORMS:
        form = STEP_FORMS[act](request.POST)
        if not form.is_valid():
            tell_faults(request, form)
            return redirect(found)
        data = form.cleaned_data
    done: str | Callable[[], str] = _done(act)
    if act == "complain":
        done = partial(_with_receipt, request, found, "tenders.complained", _done(act))
    return do(request, _step(request, found, act, data), done, found)


def _step(request: HttpRequest, found: Challenge, act: str, data: dict[str, Any]) -> Callable[[], Any]:
    who: dict[str, Any] = {"challenge": found, "by": request.user, "at": database_now()}
    if act == "propose":
        data = {"upheld": data["upheld"], "remedy": data["remedy"], "decision": data["answer"]}
    operations: dict[str, Callable[..., Any]] = {
        "answer": answer_challenge,
        "complain": complain,
        "take-up": take_up_complaint,
        "propose": propose_decision,
        "decide": decide_complaint,
    }
    return lambda: operations[act](**data, **who)


def _done(act: str) -> str:
    return {
        "answer": _("The answer is public."),
        "complain": _("The complaint is with the regulators."),
        "take-up": _("It is on record."),
        "propose": _("The decision is proposed. A second regulator decides."),
        "decide": _("The decision is public."),
    }[act]
