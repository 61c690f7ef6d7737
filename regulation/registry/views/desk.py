from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role, User

from ..access import may_answer, may_consult, may_draft, may_review, may_revise
from ..comparison import compare
from ..errors import RegistryRefused, sentence_of
from ..forms import (
    FOUND,
    DraftFilter,
    FoundField,
    FoundManyField,
    ReturnForm,
    RulingForm,
    ScheduleForm,
    clean_text,
    sent,
)
from ..holding import Hold, hold_on
from ..models import Ruling
from ..operations import bring_to_public, draft_ruling, return_draft, revise_draft, withdraw_draft
from ..queries import (
    OPEN,
    consultations,
    drafts,
    in_the_way_of,
    lapsed_rulings,
    refused_publications,
    returned_notes,
    state_of,
    with_consultation,
)

PAGE = 20
STAGE_TONES = {"draft": "neutral", "submitted": "warn", "reviewed": "good"}


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_list(request: HttpRequest) -> HttpResponse:
    """Rulings that wait for a second person."""
    waiting = with_consultation(drafts(), now=database_now())
    found = DraftFilter(request.GET or None, queryset=waiting)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    notes, refused = returned_notes(shown), refused_publications(shown)
    rows = [
        (draft, notes.get(draft.pk, ""), sentence_of(refused.get(draft.pk, "")), _hold(draft))
        for draft in shown
    ]
    lapsed = lapsed_rulings(on=timezone.localdate()).count()
    context = {"filter": found, "page_obj": page, "rows": rows, "lapsed": lapsed}
    context |= {"may_draft": may_draft(acting(request))}
    return render(request, "registry/draft_list.html", context)


def _hold(draft: Any) -> Hold:
    return hold_on(
        stage=draft.stage,
        author=draft.author,
        reviewer=draft.legal_reviewer,
        publish_at=draft.publish_at,
        consulted_until=draft.consulted_until,
    )


@acting_required(Role.EDITOR)
def draft_new(request: HttpRequest) -> HttpResponse:
    """Write a ruling."""
    initial = {name: clean_text(request.GET.get(name)) for name in ("service", "approval", "region")}
    form = RulingForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = draft_ruling(
                approval=data["approval"],
                service=data["service"],
                region=data["region"],
                wording=form.wording(),
                provisions=form.cited(),
                by=request.user,  # type: ignore[arg-type]
            )
            messages.success(request, _("The draft is saved. Submit it for legal review when it is ready."))
            return redirect("registry:draft_review", pk=made.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "registry/draft_new.html", {"form": form}, status=422 if form.errors else 200)


@acting_required(Role.EDITOR)
def draft_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The author writes a draft anew, seeing why it came back."""
    draft = get_object_or_404(drafts(), pk=pk)
    if not may_revise(acting(request), draft, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    form = RulingForm.of(draft, sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            by: Any = request.user
            revise_draft(ruling=draft, wording=form.wording(), provisions=form.cited(), by=by)
            messages.success(request, _("The draft is saved. Submit it for legal review when it is ready."))
            return redirect("registry:draft_review", pk=draft.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    note = returned_notes([draft]).get(draft.pk, "")
    context = {"form": form, "draft": draft, "note": note}
    return render(request, "registry/draft_new.html", context, status=422 if form.errors else 200)


@acting_required(Role.EDITOR)
def draft_find(request: HttpRequest, kind: str) -> HttpResponse:
    """What fits the words typed so far into a field of the form, as options of its list."""
    field = RulingForm.base_fields.get(kind)
    named = request.GET.get("of")  # a field of a staff screen, which has a name of its own
    if named and kind in FOUND:
        offers = FOUND[kind].offers(clean_text(request.GET.get(named)))
        return render(request, "registry/widgets/offers.html", {"offers": offers})
    if isinstance(field, FoundManyField):
        keys = request.GET.getlist(kind)
        words = clean_text(request.GET.get(f"{kind}-words"))
        found = {"chosen": field.named(keys), "offers": field.offers(words, keys), "offered": words}
        return render(request, "registry/widgets/many.html", {"name": kind} | found)
    if not isinstance(field, FoundField):
        raise Http404
    offers = field.offers(clean_text(request.GET.get(kind)))
    return render(request, "registry/widgets/offers.html", {"offers": offers})


def review_page(request: HttpRequest, draft: Ruling, *, refused: str = "", **forms: Any) -> HttpResponse:
    """A draft beside what holds now, with the acts that whoever looks may do."""
    membership, user, now = acting(request), request.user, database_now()
    replaced = list(in_the_way_of(draft).select_related("approval", "service", "region"))
    asked: Any = consultations().filter(ruling=draft)
    context = {
        "draft": draft,
        "bases": draft.bases.select_related("provision__instrument"),
        "replaced": replaced,
        "compared": replaced[-1] if replaced else None,
        "lines": compare(replaced[-1], draft) if replaced else [],
        "may_review": may_review(membership, draft, user),  # type: ignore[arg-type]
        "may_revise": may_revise(membership, draft, user),  # type: ignore[arg-type]
        "may_consult": may_consult(membership, draft, user),  # type: ignore[arg-type]
        "may_answer": may_answer(membership),
        "tone": STAGE_TONES[draft.stage],
        "asked": [(c, state_of(c, now=now)) for c in asked],
        "note": returned_notes([draft]).get(draft.pk, ""),
        "not_published": sentence_of(refused_publications([draft]).get(draft.pk, "")),
        "form": ReturnForm(),
        "schedule_form": ScheduleForm(),
        "refused": refused,
        **forms,
    }
    context["running"] = next((c for c, state in context["asked"] if state == OPEN), None)
    context["unanswered"] = sum(c.waiting for c in asked)
    status = 409 if refused else 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "registry/draft_review.html", context, status=status)


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a draft beside what holds now; the reviewer publishes it in the place of that."""
    draft = get_object_or_404(drafts(), pk=pk)
    if request.method != "POST":
        return review_page(request, draft)
    by: Any = request.user
    if not may_review(acting(request), draft, by):
        raise PermissionDenied
    try:
        done = bring_to_public(draft=draft, by=by, at=database_now())
    except RegistryRefused as refusal:
        return review_page(request, draft, refused=str(refusal))
    messages.success(request, _("The ruling is public."))
    return redirect(done)


@require_POST
@acting_required(Role.REVIEWER)
def draft_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft back to its author with a note."""
    draft = get_object_or_404(drafts(), pk=pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return review_page(request, draft, form=form)
    try:
        return_draft(ruling=draft, note=form.cleaned_data["note"], by=request.user)  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return review_page(request, draft, refused=str(refusal))
    messages.success(request, _("The draft went back to its author."))
    return redirect("registry:draft_list")


@require_POST
@acting_required(Role.EDITOR)
def draft_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The author gives a draft up."""
    draft = get_object_or_404(drafts(), pk=pk)
    try:
        reason, by = request.POST.get("reason", "").replace("\0", "")[:500], cast(User, request.user)
        withdraw_draft(ruling=draft, by=by, at=database_now(), reason=reason)
    except RegistryRefused as refusal:
        return review_page(request, draft, refused=str(refusal))
    messages.success(request, _("The draft is withdrawn."))
    return redirect("registry:draft_list")
