"""The editors' desk for measures: one person writes, another publishes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import may_draft, may_review, may_revise
from ..change import changes
from ..errors import RegistryRefused
from ..forms import MeasureForm, ReturnForm, clean_text, sent
from ..models import Measure
from ..operations import (
    draft_measure,
    publish_measure,
    return_measure,
    revise_measure,
    withdraw_measure,
)
from ..queries import measure_drafts, returned_notes

PAGE = 20


@acting_required(Role.EDITOR, Role.REVIEWER)
def measure_list(request: HttpRequest) -> HttpResponse:
    """Measures that wait for a second person."""
    page = Paginator(measure_drafts(), PAGE).get_page(request.GET.get("page"))
    notes = returned_notes(list(page.object_list))
    rows = [(draft, notes.get(draft.pk, "")) for draft in page.object_list]
    context = {"page_obj": page, "rows": rows, "may_draft": may_draft(acting(request))}
    return render(request, "registry/measure_list.html", context)


@acting_required(Role.EDITOR)
def measure_new(request: HttpRequest) -> HttpResponse:
    """Write a measure of an approval."""
    form = MeasureForm(sent(request), initial={"approval": clean_text(request.GET.get("approval"))})
    if request.method == "POST" and form.is_valid():
        try:
            by: Any = request.user
            made = draft_measure(approval=form.cleaned_data["approval"], said=form.said(), by=by)
            messages.success(request, _("The draft is saved. A second person publishes it."))
            return redirect("registry:measure_review", pk=made.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "registry/measure_new.html", {"form": form}, status=422 if form.errors else 200)


@acting_required(Role.EDITOR)
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The author writes a draft anew, seeing why it came back."""
    draft = get_object_or_404(measure_drafts(), pk=pk)
    by: Any = request.user
    if not may_revise(acting(request), draft, by):
        raise PermissionDenied
    form = MeasureForm.of(draft, sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            revise_measure(measure=draft, said=form.said(), by=by)
            messages.success(request, _("The draft is saved. A second person publishes it."))
            return redirect("registry:measure_review", pk=draft.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "draft": draft, "note": returned_notes([draft]).get(draft.pk, "")}
    return render(request, "registry/measure_new.html", context, status=422 if form.errors else 200)


def _review(
    request: HttpRequest, draft: Measure, *, refused: str = "", form: ReturnForm | None = None
) -> HttpResponse:
    membership, user = acting(request), request.user
    touched = Measure.objects.on_record().filter(approval=draft.approval_id, in_force__overlap=draft.in_force)
    standing = touched.order_by("in_force").last()
    context = {
        "draft": draft,
        "standing": standing,
        "changes": changes(standing or Measure(), draft),
        "may_review": may_review(membership, draft, user),  # type: ignore[arg-type]
        "may_revise": may_revise(membership, draft, user),  # type: ignore[arg-type]
        "note": returned_notes([draft]).get(draft.pk, ""),
        "form": form or ReturnForm(),
        "refused": refused,
    }
    status = 409 if refused else 422 if form and form.errors else 200
    return render(request, "registry/measure_review.html", context, status=status)


@acting_required(Role.EDITOR, Role.REVIEWER)
def measure_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a draft beside what this site says now; the reviewer publishes it in the place of that."""
    draft = get_object_or_404(measure_drafts(), pk=pk)
    if request.method != "POST":
        return _review(request, draft)
    by: Any = request.user
    if not may_review(acting(request), draft, by):
        raise PermissionDenied
    try:
        done = publish_measure(measure=draft, by=by, at=database_now())
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The measure is public."))
    return redirect(done)


@require_POST
@acting_required(Role.REVIEWER)
def measure_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft back to its author with a note."""
    draft = get_object_or_404(measure_drafts(), pk=pk)
    form, by = ReturnForm(request.POST), request.user
    if not form.is_valid():
        return _review(request, draft, form=form)
    try:
        return_measure(measure=draft, note=form.cleaned_data["note"], by=by)  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft went back to its author."))
    return redirect("registry:measure_list")


@require_POST
@acting_required(Role.EDITOR)
def measure_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The author gives a draft up."""
    draft = get_object_or_404(measure_drafts(), pk=pk)
    try:
        withdraw_measure(measure=draft, by=request.user, at=database_now())  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft is withdrawn."))
    return redirect("registry:measure_list")
