from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.decoupling import explain
from regulation.decoupling.queries import pack_named
from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role
from regulation.tables.writing import csv_lines

from ..designation import CHANCES, method_text
from ..models import Reaudit, ReauditedAward, ReauditStatus
from . import queries
from .errors import AuditRunning
from .forms import AwardFilter, LeadFilter
from .operations import start_reaudit

PAGE = 20


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def reaudit_list(request: HttpRequest) -> HttpResponse:
    """All audits of awards, and the button that begins one."""
    page = Paginator(queries.reaudits(), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "running": queries.running()}
    return render(request, "tenders/reaudit_list.html", context)


@require_POST
@acting_required(Role.REGULATOR)
def reaudit_start(request: HttpRequest) -> HttpResponse:
    """Begin an audit now, or go to the one under way."""
    by: Any = request.user
    try:
        return redirect(start_reaudit(by=by, at=database_now()))
    except AuditRunning as refusal:
        messages.error(request, str(refusal))
        return redirect(queries.running() or "tenders:reaudit_list")


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def reaudit(request: HttpRequest, pk: int) -> HttpResponse:
    """One audit: the four cells counted, and the awards in each."""
    made = get_object_or_404(queries.reaudits(), pk=pk)
    found = AwardFilter(request.GET or None, queryset=queries.audited(made))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    pack = pack_named(made.rule_pack)
    context = {
        "audit": made,
        "running": made.status == ReauditStatus.RUNNING,
        "filter": found,
        "page_obj": page,
        "rows": [_told(one, pack) for one in page.object_list],
    }
    return render(request, "tenders/reaudit.html", context)


def _told(one: ReauditedAward, pack: Any) -> dict[str, Any]:
    def side(outcome: str, rule: str, chain: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "outcome": outcome,
            "rule": explain.rule_title(pack.rule(rule)),
            "steps": explain.ground_steps({"chain": chain}, whole=False),
        }

    return {
        "one": one,
        "then": side(one.then_outcome, one.then_rule, one.then_chain),
        "now": side(one.now_outcome, one.now_rule, one.now_chain),
    }


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def reaudit_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a running audit is; asked for again and again, and the page anew once it has ended."""
    made = get_object_or_404(Reaudit, pk=pk)
    if made.status != ReauditStatus.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "tenders/_reaudit_progress.html", {"audit": made, "running": True})


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def reaudit_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The awards of an audit as CSV, narrowed as the list is; row by row."""
    made = get_object_or_404(Reaudit, pk=pk)
    found = AwardFilter(request.GET or None, queryset=queries.audited(made))
    header = [
        _("Tender"), _("Department"), _("Winner"), _("Awarded"), _("As known then"), _("Rule"),
        _("As known now"), _("Rule"), _("SHA-256 then"), _("SHA-256 now"),
    ]  # fmt: skip
    lines = csv_lines(header, (_cells(one) for one in found.qs.iterator(chunk_size=500)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{made.pk}.csv"'
    return response


def _cells(one: ReauditedAward) -> list[str]:
    tender = one.award.tender
    about = [
        tender.ref,
        tender.department.name,
        one.award.bid.tenderer.name,
        one.award.awarded_at.isoformat(),
    ]
    return [
        *about,
        one.then_outcome,
        one.then_rule,
        one.now_outcome,
        one.now_rule,
        one.then_digest,
        one.now_digest,
    ]


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def lead_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The designation leads of an audit, with the method beside them."""
    made = get_object_or_404(queries.reaudits(), pk=pk)
    found = LeadFilter(request.GET or None, queryset=queries.leads_of(made))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"audit": made, "page_obj": page, "filter": found, "methods": [method_text(b) for b in CHANCES]}
    return render(request, "tenders/designation_leads.html", context)
