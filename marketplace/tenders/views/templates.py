"""Templates of tenders: kept from one, listed, ended."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required, acts_as
from regulation.parties.models import Entity, Membership, Role

from ..access import may_review, owns
from ..errors import TenderRefused
from ..models import TenderTemplate
from ..operations import end_template, keep_template
from ..queries import templates_of
from .acts import read_tender

PAGE = 20


def _side(membership: Membership) -> Entity | None:
    """Whose templates somebody keeps: the own entity's, or the platform's as its reviewer."""
    return None if acts_as(membership, Role.REVIEWER) else membership.entity


@require_POST
@acting_required(Role.OWNER, Role.REVIEWER)
def template_keep(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep a tender's terms: its owner for the own entity, the platform's reviewer for everybody."""
    found, acting = read_tender(request, ref), request.acting  # type: ignore[attr-defined]
    if not (owns(acting, found) or (may_review(acting, found) and found.published_at)):
        raise PermissionDenied  # nobody else's draft becomes everybody's template
    name, by = request.POST.get("name", ""), request.user
    try:
        keep_template(tender=found, name=name, owner=_side(acting), by=by, at=database_now())  # type: ignore[arg-type]
    except TenderRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    messages.success(request, _("The template is kept; it is offered when a tender of this service begins."))
    return redirect("tenders:template_list")


@acting_required(Role.OWNER, Role.REVIEWER)
def template_list(request: HttpRequest) -> HttpResponse:
    """The templates somebody may begin with, the own ones with a way to end them."""
    side = _side(request.acting)  # type: ignore[attr-defined]
    page = Paginator(templates_of(side), PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = [{"template": one, "mine": one.owner == side} for one in page]
    return render(request, "tenders/template_list.html", {"page_obj": page, "rows": rows})


@require_POST
@acting_required(Role.OWNER, Role.REVIEWER)
def template_end(request: HttpRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(TenderTemplate, pk=pk, owner=_side(request.acting))  # type: ignore[attr-defined]
    end_template(template=own, by=request.user, at=database_now())  # type: ignore[arg-type]
    messages.success(request, _("The template is offered no more."))
    return redirect("tenders:template_list")
