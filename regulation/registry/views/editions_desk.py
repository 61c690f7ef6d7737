"""The editors' desk for lists: one compiles an edition, another publishes it."""

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

from ..access import may_draft, may_issue, may_withdraw
from ..errors import RegistryRefused
from ..forms import CompileForm, RowFilter, clean_text
from ..models import Edition, ListKind
from ..operations import compile_edition, publish_edition, withdraw_edition
from ..queries import edition_before, waiting_editions
from .editions import PAGE, difference_page, ground_of, rows_page


@acting_required(Role.EDITOR, Role.REVIEWER)
def edition_drafts(request: HttpRequest) -> HttpResponse:
    """Compiled editions that wait for a second person."""
    page = Paginator(waiting_editions(), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "may_draft": may_draft(acting(request))}
    return render(request, "registry/edition_drafts.html", context)


@acting_required(Role.EDITOR)
def edition_new(request: HttpRequest) -> HttpResponse:
    """Take a list down as the registry stands on a day."""
    given = {
        name: clean_text(request.GET[name])
        for name in ("kind", "region", "department")
        if name in request.GET
    }
    form = CompileForm(request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        by: Any = request.user
        try:
            made = compile_edition(
                kind=ListKind(data["kind"]),
                region=data["region"],
                department=data["department"],
                as_of=data["as_of"],
                by=by,
                at=database_now(),
            )
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The edition is compiled. A second person publishes it."))
            return redirect("registry:edition_review", pk=made.pk)
    return render(request, "registry/edition_new.html", {"form": form}, status=422 if form.errors else 200)


def _draft(pk: int) -> Edition:
    return get_object_or_404(waiting_editions(), pk=pk)


def _review(request: HttpRequest, draft: Edition, *, refused: str = "") -> HttpResponse:
    by: Any = request.user
    before, form = edition_before(draft), RowFilter(None)
    page = difference_page(request, before, draft) if before else rows_page(request, draft, form)
    context = {
        "edition": draft,
        "before": before,
        "old": before,
        "new": draft,
        "same": before is not None and before.digest == draft.digest,
        "may_issue": may_issue(acting(request), draft, by),
        "may_withdraw": may_withdraw(acting(request), draft, by),
        "refused": refused,
        **page,
        **ground_of(draft),
    }
    return render(request, "registry/edition_review.html", context, status=409 if refused else 200)


@acting_required(Role.EDITOR, Role.REVIEWER)
def edition_review(request: HttpRequest, pk: int) -> HttpResponse:
    """What the edition would say and how it differs from the last one; the reviewer publishes it."""
    draft = _draft(pk)
    if request.method != "POST":
        return _review(request, draft)
    by: Any = request.user
    if not may_issue(acting(request), draft, by):
        raise PermissionDenied
    try:
        done = publish_edition(edition=draft, by=by, at=database_now())
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The edition is public, as number %(number)s.") % {"number": done.number})
    return redirect(done)


@require_POST
@acting_required(Role.EDITOR)
def edition_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever compiled it gives it up."""
    draft = _draft(pk)
    try:
        withdraw_edition(edition=draft, by=request.user, at=database_now())  # type: ignore[arg-type]
    except RegistryRefused as refusal:
        return _review(request, draft, refused=str(refusal))
    messages.success(request, _("The draft edition is withdrawn."))
    return redirect("registry:edition_drafts")
