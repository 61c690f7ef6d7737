from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import may_draft, may_review, may_revise
from ..comparison import compare
from ..errors import RegistryRefused
from ..forms import ReturnForm, RulingForm, clean_text
from ..models import Ruling
from ..operations import (
    draft_ruling,
    publish_ruling,
    replace_ruling,
    return_draft,
    revise_draft,
    withdraw_draft,
)
from ..queries import drafts, in_the_way_of, lapsed_rulings, returned_notes

PAGE = 20


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_list(request: HttpRequest) -> HttpResponse:
    """Rulings that wait for a second person."""
    page = Paginator(drafts(), PAGE).get_page(request.GET.get("page"))
    notes = returned_notes(list(page.object_list))
    rows = [(draft, notes.get(draft.pk, "")) for draft in page.object_list]
    lapsed = lapsed_rulings(on=timezone.localdate()).count()
    context = {"page_obj": page, "rows": rows, "may_draft": may_draft(acting(request)), "lapsed": lapsed}
    return render(request, "registry/draft_list.html", context)


@acting_required(Role.EDITOR)
def draft_new(request: HttpRequest) -> HttpResponse:
    """Write a ruling."""
    initial = {name: clean_text(request.GET.get(name)) for name in ("service", "approval", "region")}
    form = RulingForm(request.POST or None, initial=initial)
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
            messages.success(request, _("The draft is saved. A second person publishes it."))
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
    form = RulingForm.of(draft, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            by: Any = request.user
            revise_draft(ruling=draft, wording=form.wording(), provisions=form.cited(), by=by)
            messages.success(request, _("The draft is saved. A second person publishes it."))
            return redirect("registry:draft_review", pk=draft.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    note = returned_notes([draft]).get(draft.pk, "")
    context = {"form": form, "draft": draft, "note": note}
    return render(request, "registry/draft_new.html", context, status=422 if form.errors else 200)


def _review(
    request: HttpRequest, draft: Ruling, *, refused: str = "", form: ReturnForm | None = None
) -> HttpResponse:
    membership, user = acting(request), request.user
    replaced = list(in_the_way_of(draft).select_related("approval", "service", "region"))
    context = {
        "draft": draft,
        "bases": draft.bases.select_related("provision__instrument"),
        "replaced": replaced,
        "compared": replaced[-1] if replaced else None,
        "lines": compare(replaced[-1], draft) if replaced else [],
        "may_review": may_review(membership, draft, user),  # type: ignore[arg-type]
        "may_revise": may_revise(membership, draft, user),  # type: ignore[arg-type]
        "note": returned_notes([draft]).get(draft.pk, ""),
        "form": form or ReturnForm(),
        "refused": refused,
    }
    status = 409 if refused else 422 if form and form.errors else 200
    return render(request, "registry/draft_review.html", context, status=status)


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a draft beside what holds now; the reviewer publishes it in the place of that."""
    draft = get_object_or_404(drafts(), pk=pk)
    if request.method != "POST":
        return _review(request, draft)
    by: Any = request.user
    if not may_review(acting(request), draft, by):
        raise PermissionDenied
    try:
        if in_the_way_of(draft).exists():
            done = replace_ruling(draft=draft, by=by, at=database_now())
        else:
            done = publish_ruling(ruling=draft, by=by, at=database_now())
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The ruling is public."))
    return redirect(done)


@require_POST
@acting_required(Role.REVIEWER)
def draft_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft back to its author with a note."""
    draft = get_object_or_404(drafts(), pk=pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _review(request, draft, form=form)
    try:
        return_draft(ruling=draft, note=form.cleaned_data["note"], by=request.user)  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft went back to its author."))
    return redirect("registry:draft_list")


@require_POST
@acting_required(Role.EDITOR)
def draft_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The author gives a draft up."""
    draft = get_object_or_404(drafts(), pk=pk)
    try:
        withdraw_draft(ruling=draft, by=request.user, at=database_now())  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft is withdrawn."))
    return redirect("registry:draft_list")
