from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role
from regulation.tables.writing import csv_lines

from .. import explain
from ..models import Sweep, SweepStatus, SweptPair
from ..queries import pack_named
from . import queries
from .errors import SweepRunning
from .forms import PairFilter
from .operations import start_sweep

PAGE = 20
FACTS = {
    "service": gettext_lazy("the service bought"),
    "owner": gettext_lazy("who buys"),
    "rivals": gettext_lazy("the other bidders"),
    "parts": gettext_lazy("who has a part in the same project"),
    "avoided": gettext_lazy("the units its owner must avoid"),
}


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def sweep_list(request: HttpRequest) -> HttpResponse:
    """All sweeps, and the button that begins one."""
    page = Paginator(queries.sweeps(), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "running": queries.running()}
    return render(request, "decoupling/sweep_list.html", context)


@require_POST
@acting_required(Role.REGULATOR)
def sweep_start(request: HttpRequest) -> HttpResponse:
    """Begin a sweep now, or go to the one under way."""
    at, by = database_now(), request.user
    try:
        made = start_sweep(on=timezone.localdate(at), by=by, at=at)  # type: ignore[arg-type]
        return redirect(made)
    except SweepRunning as refusal:
        messages.error(request, str(refusal))
        return redirect(queries.running() or "decoupling:sweep_list")


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def sweep(request: HttpRequest, pk: int) -> HttpResponse:
    """One sweep: how far it is, what it counted, and the pairs it found with their chains."""
    made = get_object_or_404(queries.sweeps(), pk=pk)
    found = PairFilter(request.GET or None, queryset=queries.found_by(made))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "sweep": made,
        "running": made.status == SweepStatus.RUNNING,
        "filter": found,
        "page_obj": page,
        "rows": [_told(pair, made) for pair in page.object_list],
        "beyond": [
            (explain.rule_title(rule), [FACTS[fact] for fact in rule.facts])
            for rule in queries.beyond_sweeps(pack_named(made.rule_pack), on=made.on)
        ],
    }
    return render(request, "decoupling/sweep.html", context)


def _told(pair: SweptPair, made: Sweep) -> dict[str, Any]:
    pack = pack_named(made.rule_pack)
    return {  # people are named on the finding's page alone, where each view is an entry
        "pair": pair,
        "rule": explain.rule_title(pack.rule(pair.rule_code)),
        "steps": explain.ground_steps(
            {"chain": [tie for tie in pair.chain if tie.get("holder")]}, whole=False
        ),
    }


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def sweep_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a running sweep is; asked for again and again, and the page anew once it has ended."""
    made = get_object_or_404(Sweep, pk=pk)
    if made.status != SweepStatus.RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "decoupling/_sweep_progress.html", {"sweep": made, "running": True})


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def sweep_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every pair a sweep found, as CSV; row by row."""
    made = get_object_or_404(Sweep, pk=pk)
    header = [_("Intermediary"), _("Department"), _("Outcome"), _("Rule"), _("Provision"), "SHA-256"]
    lines = csv_lines(header, (_cells(pair) for pair in queries.found_by(made).iterator(chunk_size=500)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sweep-{made.pk}.csv"'
    return response


def _cells(pair: SweptPair) -> list[str]:
    names = [pair.intermediary.name, pair.department.name]
    return [*names, pair.outcome, pair.rule_code, pair.provision_ref, pair.input_digest]
