from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Entity, Role, User
from regulation.parties.operations import note_look
from regulation.parties.queries import contacts_of, contested_since

from .. import explain
from ..errors import DecouplingRefused
from ..forms import CheckFilter, DeterminationForm, InquiryForm, OwnCheckFilter, TimeForm
from ..models import Check, Determination, Gate, Outcome, OverdueReferral
from ..operations import check as make_check
from ..operations import decide_determination, foresee, note_asked, propose_determination
from ..queries import (
    checks_in_lists,
    checks_visible_to,
    overdue_checks,
    pack_named,
    rerun,
    standing_interests,
    waiting_checks,
)

PAGE = 20
DECISIONS = ("confirm", "reject")


@acting_required(Role.REGULATOR)
def check_list(request: HttpRequest) -> HttpResponse:
    """Checks for the regulator, none that tells of a sealed bid; those that wait for a person, and those
    overdue, on tabs of their own."""
    now, waiting = database_now(), request.GET.get("waiting", "")
    tabs = {"1": waiting_checks, "overdue": lambda: overdue_checks(now)}
    checks = tabs[waiting]() if waiting in tabs else checks_in_lists(acting(request))
    found = CheckFilter(request.GET or None, queryset=checks)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "decoupling/check_list.html",
        {"filter": found, "page_obj": page, "waiting": waiting if waiting in tabs else "", "now": now},
    )


@acting_required(Role.REGULATOR, Role.AGENT)
def check(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One check: the seal, the sentence, the chain, the law, and whether it still computes."""
    return _page(request, get_object_or_404(checks_visible_to(acting(request)), ref=ref))


def _page(request: HttpRequest, made: Check, *, form: DeterminationForm | None = None) -> HttpResponse:
    finding, digest_fits = rerun(made)
    whole = acts_as(acting(request), Role.REGULATOR)
    if whole and explain.names_people(made):
        note_look(subject=made, what="check", by=cast(User, request.user))
    overdue = OverdueReferral.objects.filter(
        intermediary=made.intermediary_id, department=made.department_id, doubt_digest=made.doubt_digest
    )
    context = _told(made, whole=whole) | {
        "check": made,
        "regulates": whole,
        "again": finding,
        "digest_fits": digest_fits,
        "determinations": made.determinations.select_related("proposed_by", "confirmed_by"),
        "overdue": overdue.first() if made.doubt_digest else None,
        "form": form or DeterminationForm(),
        "may_determine": whole and made.outcome == Outcome.UNKNOWN,
    }
    return render(request, "decoupling/check.html", context, status=422 if form else 200)


def _told(made: Check, *, whole: bool) -> dict[str, Any]:
    """What a check says: its sentence, its chain, the rule and the law, and every ground there is."""
    pack = pack_named(made.rule_pack)
    names = explain.names_in([*made.chain, *(tie for g in made.grounds for tie in g["chain"])])
    grounds = [
        {
            "rule": explain.rule_title(pack.rule(g["rule"])),
            "steps": explain.ground_steps(g, whole=whole, names=names),
        }
        | {k: g[k] for k in ("outcome", "certain", "exemption")}
        for g in made.grounds
    ]
    return {
        "sentence": explain.sentence(made),
        "steps": explain.steps(made, whole=whole, names=names),
        "rule_title": explain.rule_title(explain.rule_of(made)),
        "provision": explain.provision_of(made),
        "grounds": grounds,
    }


@acting_required(Role.AGENT)
def own_checks(request: HttpRequest) -> HttpResponse:
    """An intermediary's agent reads its own checks: where it was asked for, and what came of it."""
    found = OwnCheckFilter(request.GET or None, queryset=checks_visible_to(acting(request)))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "decoupling/own_checks.html", {"filter": found, "page_obj": page})


@acting_required(Role.REGULATOR)
def inquire(request: HttpRequest) -> HttpResponse:
    """The regulator checks a pair out of turn: now, which is stored; or as it stood, which is shown alone."""
    now = database_now()
    form = InquiryForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        on, known = form.cleaned_data["on"], form.cleaned_data["known"]
        asked: dict[str, Any] = {
            "intermediary": form.cleaned_data["intermediary"],
            "department": form.cleaned_data["department"],
            "gate": Gate.INQUIRY,
            "by": request.user,
            "at": now,
        }
        if known is None and on in (None, timezone.localdate(now)):
            return redirect(make_check(on=timezone.localdate(now), **asked))
        answer = foresee(on=on or timezone.localdate(now), known_at=known, **asked)
        return _answered(request, answer, form)
    return render(request, "decoupling/inquire.html", {"form": form}, status=422 if form.errors else 200)


def _answered(request: HttpRequest, answer: Check, form: InquiryForm) -> HttpResponse:
    """What the rules say of another day or of what was known then. It opens no gate and is not stored: the
    newest stored check of a pair is what everybody goes by.
    """
    people = explain.names_people(answer)
    note_asked(answer=answer, people=people, by=cast(User, request.user))
    context = _told(answer, whole=True) | {"form": form, "answer": answer}
    return render(request, "decoupling/inquire.html", context)


@require_POST
@acting_required(Role.REGULATOR)
def determine(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Propose the answer to a check that could not decide."""
    made = get_object_or_404(checks_visible_to(acting(request)), ref=ref)
    form = DeterminationForm(request.POST)
    if not form.is_valid():
        return _page(request, made, form=form)
    try:
        propose_determination(
            check_made=made,
            outcome=Outcome(form.cleaned_data["outcome"]),
            reason=form.cleaned_data["reason"],
            by=cast(User, request.user),
            at=database_now(),
        )
    except DecouplingRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, made, form=form)
    messages.success(request, _("Your answer is on record. It counts once a second regulator confirms it."))
    return redirect(made)


@require_POST
@acting_required(Role.REGULATOR)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The second regulator confirms or rejects."""
    determination = get_object_or_404(Determination.objects.select_related("check_made"), pk=pk)
    made, decision = determination.check_made, request.POST.get("decision")
    if decision not in DECISIONS:
        messages.error(request, _("Choose what to do."))
        return redirect(made)
    confirm = decision == "confirm"
    who: dict[str, Any] = {"by": request.user, "at": database_now()}
    try:
        decide_determination(determination=determination, confirm=confirm, **who)
    except DecouplingRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(made)
    messages.success(
        request, _("The determination is confirmed.") if confirm else _("The determination is rejected.")
    )
    return redirect(made)


def entity(request: HttpRequest, pk: int) -> HttpResponse:
    """What the public record says of an entity's interests, each with its source."""
    found = get_object_or_404(Entity.objects.select_related("region"), pk=pk)
    regulates = acts_as(acting(request), Role.REGULATOR)
    form = TimeForm({k: request.GET[k] for k in ("on", "known") if k in request.GET}, now=database_now())
    form.fields["on"].help_text = _("Empty: all that is on record, ended interests with it.")
    if not regulates:
        del form.fields["known"]  # what was taken off the record is shown to nobody else
    asked = form.cleaned_data if form.is_valid() else {}
    interests = standing_interests(found, on=asked.get("on"), known_at=asked.get("known"))
    page = Paginator(interests, PAGE).get_page(request.GET.get("page"))
    since = contested_since(interest.pk for interest in page.object_list)
    for interest in page.object_list:
        interest.contested_since = since.get(interest.pk)  # type: ignore[attr-defined]
    told = contacts_of(found, on=asked.get("on"), known_at=asked.get("known")) if regulates else ()
    context = {"entity": found, "page_obj": page, "form": form, "asked": asked, "regulates": regulates}
    context["contacts"] = Paginator(told, PAGE).get_page(request.GET.get("contacts"))
    return render(request, "decoupling/entity.html", context, status=422 if form.errors else 200)
