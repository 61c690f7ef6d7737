"""Deliverables for the department that decides: the buyer opens them, its people find and read them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Entity, Role

from ..access import decides
from ..department_queries import grants_of, last_files, open_to, readings_of, shares_in
from ..errors import NotOpen
from ..forms import DepartmentFilter, ShareForm
from ..models import Contract, DeliverableFile, DepartmentGrant, Milestone
from ..operations import close_to_department, note_reading, open_to_department
from ..queries import milestones_of
from .acting import do, milestone_of, of_side
from .sharing import sent

PAGE = 20
SIDES = (Role.OWNER, Role.AGENT)


def _own(request: HttpRequest) -> Entity:
    """The department the reader acts for; 403 for who acts for none."""
    membership = acting(request)
    if membership is None or not decides(membership):
        raise PermissionDenied
    return membership.entity


@never_cache
@require_safe
@acting_required(Role.OWNER)
def department_list(request: HttpRequest) -> HttpResponse:
    """Accepted work for one's own approvals that buyers have opened, the newest first."""
    own = _own(request)
    found = DepartmentFilter(request.GET or None, queryset=open_to(own), department=own)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    files = last_files(list(page))
    rows = [{"milestone": one, "files": files[one.pk]} for one in page]
    context = {"filter": found, "page_obj": page, "rows": rows, "department": own}
    return render(request, "contracts/department_list.html", context)


def _open(department: Entity, ref: str, position: int) -> Milestone:
    """A milestone whose work is open to a department; 404 for every other."""
    return get_object_or_404(open_to(department), contract__ref=ref, position=position)


@never_cache
@require_safe
@acting_required(Role.OWNER)
def department_work(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """One milestone's accepted work. Reading it is on record, and the buyer sees it."""
    found = _open(_own(request), ref, position)
    _note(request, found, None)
    context = {"milestone": found, "contract": found.contract, "files": last_files([found])[found.pk]}
    return render(request, "contracts/department_work.html", context)


@never_cache
@require_safe
@acting_required(Role.OWNER)
def department_file(request: HttpRequest, ref: str) -> FileResponse:
    """A file of it, as a download. Fetching it is on record, and the buyer sees it."""
    held = get_object_or_404(
        DeliverableFile.objects.select_related("submission__milestone__contract"), ref=ref
    )
    milestone = held.submission.milestone
    found = _open(_own(request), milestone.contract.ref, milestone.position)
    _note(request, found, held)
    return sent(held)


def _note(request: HttpRequest, milestone: Milestone, file: DeliverableFile | None) -> None:
    """404 where it was closed in between, or the file is not of what was accepted."""
    try:
        note_reading(milestone=milestone, file=file, by=request.user, at=database_now())  # type: ignore[arg-type]
    except NotOpen as refusal:
        raise Http404 from refusal


def _choices(contract: Contract, grants: list[DepartmentGrant]) -> list[Milestone]:
    """Milestones that can still be opened: none where the whole is."""
    there = {one.milestone_id for one in grants}
    return [] if None in there else [one for one in milestones_of(contract) if one.pk not in there]


@never_cache
@require_safe
@acting_required(*SIDES)
def for_department(request: HttpRequest, ref: str) -> HttpResponse:
    """For the buyer: what is open to the department, links for others, and who read what."""
    found = of_side(request, ref, "buyer")
    if found.signed_at is None:
        raise Http404
    grants = grants_of(found)
    page = Paginator(readings_of(found), PAGE).get_page(request.GET.get("page"))
    names = {one.position: one for one in milestones_of(found)}
    context: dict[str, Any] = {
        "contract": found,
        "own": found.department_id in (found.buyer_id, found.payer_id),
        "grants": grants,
        "opened_whole": any(one.milestone_id is None for one in grants),
        "choices": _choices(found, grants),
        "shares": shares_in(found)[:PAGE],
        "share_form": ShareForm(),
        "page_obj": page,
        "readings": [row | {"milestone": names.get(row["position"])} for row in page],
        "now": database_now(),
    }
    return render(request, "contracts/for_department.html", context)


@require_POST
@acting_required(*SIDES)
def department_open(request: HttpRequest, ref: str) -> HttpResponse:
    """Open one milestone's work, or with none named the whole contract's."""
    found = of_side(request, ref, "buyer")
    told = request.POST.get("position", "")
    position = int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0
    milestone = milestone_of(found, position) if told else None
    return do(
        request,
        lambda: open_to_department(contract=found, milestone=milestone, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("It is open to the department: its people find it on their desk once it is accepted."),
        "contracts:for_department",
        found.ref,
    )


@require_POST
@acting_required(*SIDES)
def department_close(request: HttpRequest, pk: int) -> HttpResponse:
    grant = get_object_or_404(DepartmentGrant.objects.select_related("contract"), pk=pk)
    found = of_side(request, grant.contract.ref, "buyer")
    return do(
        request,
        lambda: close_to_department(grant=grant, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("It is closed: the department finds it no longer. What it read stays on record."),
        "contracts:for_department",
        found.ref,
    )
