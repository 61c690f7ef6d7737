from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import may_publish_drafts
from ..columns import RULINGS
from ..publishing import Refusal, publish_drafts
from ..queries import drafts_of, imports
from .imports import _sampled

PAGE = 50


@acting_required(Role.EDITOR, Role.REVIEWER)
def import_drafts(request: HttpRequest, pk: int) -> HttpResponse:
    """The drafts of an import with what each changes.

    A second person passes those marked in legal review and publishes them, each apart.
    """
    job = get_object_or_404(imports(), pk=pk)
    if request.method != "POST":
        return _page(request, job, refusals={}, status=200)
    if not may_publish_drafts(acting(request), job, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    chosen = {int(value) for value in request.POST.getlist("row") if value.isdecimal() and len(value) < 10}
    if not chosen:
        messages.error(request, _("Mark the rows to publish."))
        return _page(request, job, refusals={}, status=422)
    by: Any = request.user
    published, refused = publish_drafts(
        rows=drafts_of(job).filter(row__in=chosen)[:PAGE], by=by, at=database_now
    )
    if published:
        told = ngettext("%(n)s ruling is public.", "%(n)s rulings are public.", published)
        messages.success(request, told % {"n": published})
    if refused:
        return _page(request, job, refusals={r.row: r for r in refused}, status=409)
    return redirect("registry:import_drafts", pk=job.pk)


def _page(request: HttpRequest, job: Any, *, refusals: dict[int, Refusal], status: int) -> HttpResponse:
    page = Paginator(drafts_of(job), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "draft": row.ruling,
            **_sampled(RULINGS, {"row": row.row, "new": row.created, "changes": row.changes}),
            "refusal": refusals[row.row].why if row.row in refusals else "",
        }
        for row in page.object_list
    ]
    may = may_publish_drafts(acting(request), job, request.user)  # type: ignore[arg-type]
    context = {"job": job, "page_obj": page, "rows": rows, "may_publish": may, "refusals": len(refusals)}
    return render(request, "registry/import_drafts.html", context, status=status)
