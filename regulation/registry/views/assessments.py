"""The desk for assessments of zones: an editor drafts, a second person publishes, returns or ends."""

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
from regulation.parties.queries import region_and_parents

from ..access import may_draft, may_review, may_revise
from ..errors import RegistryRefused
from ..forms import AssessmentForm, EndForm, ReturnForm, clean_text, sent
from ..models import ZoneAssessment
from ..operations import (
    draft_assessment,
    end_assessment,
    publish_assessment,
    return_assessment,
    revise_assessment,
    withdraw_assessment,
)
from ..queries import ENDING_SOON, assessment_drafts, assessments_ending, changed_by, returned_notes

PAGE = 20


@acting_required(Role.EDITOR, Role.REVIEWER)
def assessment_list(request: HttpRequest) -> HttpResponse:
    """Assessments that wait for a second person, and those that end soon."""
    page = Paginator(assessment_drafts(), PAGE).get_page(request.GET.get("page"))
    notes = returned_notes(list(page.object_list))
    ending = assessments_ending(on=timezone.localdate())[:PAGE]
    context = {
        "page_obj": page,
        "rows": [(draft, notes.get(draft.pk, "")) for draft in page.object_list],
        "ending": ending,
        "within": ENDING_SOON,
        "may_draft": may_draft(acting(request)),
    }
    return render(request, "registry/assessment_list.html", context)


@acting_required(Role.EDITOR)
def assessment_new(request: HttpRequest) -> HttpResponse:
    """Write what a zone has had assessed."""
    initial = {name: clean_text(request.GET.get(name)) for name in ("zone", "service")}
    form = AssessmentForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        by: Any = request.user
        try:
            made = draft_assessment(said=form.said(), by=by)
            messages.success(request, _("The draft is saved. A second person publishes it."))
            return redirect("registry:assessment_review", pk=made.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.errors else 200
    return render(request, "registry/assessment_form.html", {"form": form}, status=status)


@acting_required(Role.EDITOR)
def assessment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The author writes a draft anew, seeing why it came back."""
    draft = get_object_or_404(assessment_drafts(), pk=pk)
    by: Any = request.user
    if not may_revise(acting(request), draft, by):
        raise PermissionDenied
    form = AssessmentForm.of(draft, sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            revise_assessment(assessment=draft, said=form.said(), by=by)
            messages.success(request, _("The draft is saved. A second person publishes it."))
            return redirect("registry:assessment_review", pk=draft.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "draft": draft, "note": returned_notes([draft]).get(draft.pk, "")}
    return render(request, "registry/assessment_form.html", context, status=422 if form.errors else 200)


def _review(
    request: HttpRequest, draft: ZoneAssessment, *, refused: str = "", form: ReturnForm | None = None
) -> HttpResponse:
    member, user = acting(request), request.user
    line = region_and_parents(draft.zone.region_id)
    context = {
        "draft": draft,
        "changed": changed_by([draft], line, on=timezone.localdate())[draft.pk][:PAGE],
        "may_review": may_review(member, draft, user),  # type: ignore[arg-type]
        "may_revise": may_revise(member, draft, user),  # type: ignore[arg-type]
        "note": returned_notes([draft]).get(draft.pk, ""),
        "form": form or ReturnForm(),
        "refused": refused,
    }
    status = 409 if refused else 422 if form and form.errors else 200
    return render(request, "registry/assessment_review.html", context, status=status)


@acting_required(Role.EDITOR, Role.REVIEWER)
def assessment_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a draft with what it would change; the reviewer publishes it."""
    draft = get_object_or_404(assessment_drafts(), pk=pk)
    if request.method != "POST":
        return _review(request, draft)
    by: Any = request.user
    if not may_review(acting(request), draft, by):
        raise PermissionDenied
    try:
        publish_assessment(assessment=draft, by=by, at=database_now())
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The assessment is public and counts from now on."))
    return redirect(draft.zone)


@require_POST
@acting_required(Role.REVIEWER)
def assessment_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft back to its author with a note."""
    draft = get_object_or_404(assessment_drafts(), pk=pk)
    form, by = ReturnForm(request.POST), request.user
    if not form.is_valid():
        return _review(request, draft, form=form)
    try:
        return_assessment(assessment=draft, note=form.cleaned_data["note"], by=by)  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft went back to its author."))
    return redirect("registry:assessment_list")


@require_POST
@acting_required(Role.EDITOR)
def assessment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The author gives a draft up."""
    draft = get_object_or_404(assessment_drafts(), pk=pk)
    try:
        withdraw_assessment(assessment=draft, by=request.user, at=database_now())  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft is withdrawn."))
    return redirect("registry:assessment_list")


@acting_required(Role.REVIEWER)
def assessment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a published assessment before its time, with a reason."""
    published = ZoneAssessment.objects.published().select_related("zone__region", "service")
    found = get_object_or_404(published, pk=pk)
    form = EndForm(sent(request))
    refused = ""
    if request.method == "POST" and form.is_valid():
        by: Any = request.user
        try:
            data = form.cleaned_data
            today = timezone.localdate(database_now())
            end_assessment(assessment=found, on=data["on"], reason=data["reason"], by=by, at=today)
            messages.success(request, _("The assessment ends on that day."))
            return redirect(found.zone)
        except RegistryRefused as refusal:
            refused = str(refusal)
    status = 409 if refused else 422 if form.errors else 200
    context = {"form": form, "assessment": found, "refused": refused}
    return render(request, "registry/assessment_end.html", context, status=status)
