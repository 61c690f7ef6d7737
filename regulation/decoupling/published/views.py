import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now

from .. import explain
from ..history import (
    DEPARTMENT_NOT_NAMED,
    FILE,
    PEOPLE_NOT_TOLD,
    QUALIFICATION_GONE,
    SHARE_OF_UNKNOWN_SIZE,
    Backtest,
    Verdict,
    backtest,
)
from ..models import Outcome
from ..queries import current_pack, pack_named
from ..rules import Pack, Rule, read_pack
from . import queries
from .difference import difference
from .forms import DayForm
from .words import FIELDS, GATES, OUTCOMES, Words

PAGE = 20
LIMITS = {
    SHARE_OF_UNKNOWN_SIZE: _("The report says that shares were held and not how many: that is no verdict."),
    QUALIFICATION_GONE: _(
        "The qualification was struck off. That ends what the agency may do; it does not say whom it belongs "
        "to, so the record allows no verdict of independence."
    ),
    DEPARTMENT_NOT_NAMED: _(
        "For approvals of the environmental department it belonged to; the report does not name which."
    ),
    PEOPLE_NOT_TOLD: _(
        "As far as this record goes: it does not say which employees founded the company, or what posts they "
        "had held."
    ),
}


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force on a day with the law behind each, exemptions, counts, method, how to contest."""
    now = database_now()
    day = timezone.localdate(now)
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": day})
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["on"] or day
    pack = current_pack(at=now)
    in_force = queries.rules_on(pack, day)
    provisions, words = queries.provisions_of(in_force), Words(in_force)
    counts, counted_at = queries.counted_checks()
    exemptions = Paginator(queries.exemptions_on(day), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "day": day,
        "pack": pack,
        "rules": [_told(rule, provisions, words) for rule in in_force],
        "publications": queries.publications(),
        "page_obj": exemptions,
        "counts": counts,
        "counted_at": counted_at,
        "outcomes": Outcome.labels,
    }
    return render(request, "decoupling/rules.html", context, status=422 if form.errors else 200)


def _told(rule: Rule, provisions: dict[str, Any], words: Words) -> dict[str, Any]:
    english = get_language() == "en"
    return {
        "rule": rule,
        "title": explain.rule_title(rule),
        "note": rule.note if english else rule.note_zh,
        "outcome": OUTCOMES[rule.outcome],
        "provisions": [provisions[ref] for ref in rule.provisions if ref in provisions],
        "unheld": [ref for ref in rule.provisions if ref not in provisions],
        "parameters": words.parameters(rule.parameters),
        "regions": [words.region(code) for code in rule.regions],
        "nationwide": "000000" in rule.regions,
        "gates": [GATES.get(gate, gate) for gate in rule.gates],
    }


@require_safe
def public_check(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What everyone may read of a check: firm, department, day, outcome and rule; no chain and no person."""
    made = get_object_or_404(queries.public_checks(), ref=ref)
    rule = explain.rule_of(made)
    kin = rule is not None and rule.test == explain.KIN_RULE
    context = {
        "check": made,
        "sentence": explain.sentence(made),
        "rule_title": explain.public_rule_title(rule),
        "provision": None if kin else explain.provision_of(made),
        "newer": queries.newer_than(made),
        "by_people": made.reason_code.startswith("determination/"),
        "exempt": made.reason_code.partition("decoupling.exemption/")[2],
    }
    return render(request, "decoupling/public_check.html", context)


@require_safe
def pack_file(request: HttpRequest, version: str) -> HttpResponse:
    """A rule pack as it was published: JSON whose RFC 8785 form has the digest on the page."""
    body = queries.pack_body(version)
    if body is None:
        raise Http404
    text = json.dumps(body, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{read_pack(body).version}.json"'
    return response


@require_safe
def pack_changes(request: HttpRequest, version: str) -> HttpResponse:
    """What a published pack changed against the one in use before it."""
    before = queries.published_before(version)
    if before is None:
        raise Http404
    told = difference_told(pack_named(before), pack_named(version))
    context = {"version": version, "before": before, **told}
    return render(request, "decoupling/pack_changes.html", context)


def difference_told(before: Pack, after: Pack) -> dict[str, Any]:
    """What a page shows of the difference between two packs."""
    found, words = difference(before, after), Words([*before.rules, *after.rules])
    changed = [
        (
            explain.rule_title(one.rule),
            one.rule,
            [(FIELDS.get(n, n), words.field(n, a), words.field(n, b)) for n, a, b in one.fields],
        )
        for one in found.changed
    ]
    return {
        "added": [(explain.rule_title(rule), rule) for rule in found.added],
        "removed": [(explain.rule_title(rule), rule) for rule in found.removed],
        "changed": changed,
    }


@lru_cache(maxsize=2)
def _history(version: str) -> tuple[Backtest, ...]:
    return backtest(Path(settings.BASE_DIR) / "data", pack_named(version))


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The worked example: each agency the day before and on the day of its decoupling."""
    pack = current_pack(at=database_now())
    found = Paginator(_history(pack.version), PAGE).get_page(request.GET.get("page"))
    rows = [
        {"one": one, "before": _verdict(one.before, pack), "after": _verdict(one.after, pack)}
        for one in found
    ]
    context = {"page_obj": found, "rows": rows, "file": FILE, "pack": pack}
    return render(request, "decoupling/history.html", context)


def _verdict(verdict: Verdict, pack: Any) -> dict[str, Any]:
    chain = [tie.as_json() for tie in verdict.finding.chain]
    return {
        "verdict": verdict,
        "rule": explain.rule_title(pack.rule(verdict.finding.rule)),
        "steps": explain.ground_steps({"chain": chain}, whole=False),
        "why": LIMITS.get(verdict.why, ""),
    }
