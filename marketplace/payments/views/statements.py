"""The monthly statement of an entity: its own, or any entity's for regulators and the site's staff."""

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Entity, Role

from ..books import to_yuan
from ..models import PostingLine
from ..queries import lines_of_month, totals_of
from ..statement import workbook

PAGE = 100
MOST_PRINTED = 5000


def _month(request: HttpRequest) -> dt.date:
    """The first of the month asked for, or of this one."""
    try:
        asked = dt.date.fromisoformat(request.GET.get("month", "")[:7] + "-01")
    except ValueError:
        asked = timezone.localdate(database_now())
    return asked.replace(day=1)


def _show(request: HttpRequest, entity: Entity, *, page_of: str, file: str) -> HttpResponse:
    """A page of the month's rows, or all of them to print, and what they come to together."""
    first = _month(request)
    lines, whole = lines_of_month(entity, first), "all" in request.GET
    page = Paginator(lines, MOST_PRINTED if whole else PAGE).get_page(request.GET.get("page"))
    accounts = dict(PostingLine._meta.get_field("account").flatchoices)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    context = {
        "entity": entity,
        "first": first,
        "before": before,
        "after": after if after <= timezone.localdate(database_now()) else None,
        "rows": [{"line": line, "amount": to_yuan(line.fen)} for line in page],
        "totals": [{"account": accounts[name], "amount": to_yuan(fen)} for name, fen in totals_of(lines)],
        "page_obj": page,
        "whole": whole,
        "address": page_of,
        "file": file,
    }
    return render(request, "payments/statement.html", context)


def _workbook(request: HttpRequest, entity: Entity) -> HttpResponse:
    first = _month(request)
    held = workbook(str(entity), first, lines_of_month(entity, first))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"statement-{first:%Y-%m}.xlsx"
    return HttpResponse(held, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@never_cache
@acting_required(Role.OWNER, Role.AGENT)
def statement(request: HttpRequest) -> HttpResponse:
    """What moved in a month, to read and to print."""
    entity = request.acting.entity  # type: ignore[attr-defined]
    ways = reverse("payments:statement"), reverse("payments:statement_file")
    return _show(request, entity, page_of=ways[0], file=ways[1])


@never_cache
@acting_required(Role.OWNER, Role.AGENT)
def statement_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    return _workbook(request, request.acting.entity)  # type: ignore[attr-defined]


def _overseen(request: HttpRequest, pk: int) -> Entity:
    """Any entity, a body and no person, for regulators and the staff who keep the money."""
    if not (acts_as(acting(request), Role.REGULATOR) or request.user.is_staff):
        raise PermissionDenied
    return get_object_or_404(Entity, pk=pk)


@never_cache
@login_required
def statement_of(request: HttpRequest, pk: int) -> HttpResponse:
    """An entity's statement, for regulators and staff."""
    ways = [reverse(f"payments:{name}", args=[pk]) for name in ("statement_of", "statement_file_of")]
    return _show(request, _overseen(request, pk), page_of=ways[0], file=ways[1])


@never_cache
@login_required
def statement_file_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a workbook."""
    return _workbook(request, _overseen(request, pk))
