"""Findings: the regulators' list and page, and the firm's own with its right of reply."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.decoupling import explain
from regulation.decoupling.queries import pack_named
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Discrepancy, DiscrepancyKind, Entity, Role
from regulation.registry.models import Provision
from regulation.tables.writing import csv_lines

from .. import differences, operations, queries
from ..access import may_read_finding, may_reply
from ..errors import OversightRefused
from ..finding_forms import ClosingForm, FindingFilter, ReplyForm
from ..models import LEADS, Closure, Finding, FindingKind, FindingStatus

PAGE = 20
DISCREPANCIES = {
    FindingKind.LATE_DECLARATION: DiscrepancyKind.LATE,
    FindingKind.CONTRADICTED: DiscrepancyKind.CONTRADICTED,
}


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def finding_list(request: HttpRequest) -> HttpResponse:
    """Every finding, narrowed by kind, state, rule, region and words."""
    found = FindingFilter(request.GET or None, queryset=queries.findings())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "asked": request.GET.urlencode()}
    return render(request, "oversight/finding_list.html", context)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def finding_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV, row by row; no chain and no person in it."""
    found = FindingFilter(request.GET or None, queryset=queries.findings())
    header = [
        _("Number"), _("Kind"), _("State"), _("Firm"), _("Department"), _("Rule"), _("First seen"),
        _("Last seen"), _("Cleared"), "SHA-256",
    ]  # fmt: skip
    lines = csv_lines(header, (_cells(one) for one in found.qs.iterator(chunk_size=500)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="findings.csv"'
    return response


def _cells(one: Finding) -> list[str]:
    days = [
        moment.isoformat() if moment else "" for moment in (one.first_seen, one.last_seen, one.cleared_at)
    ]
    other = one.department.name if one.department else ""
    return [one.ref, one.kind, one.status, one.entity.name, other, one.rule_code, *days, one.evidence_digest]


@never_cache
@require_safe
@acting_required(Role.AGENT)
def own_findings(request: HttpRequest) -> HttpResponse:
    """What was found about the firm somebody acts for."""
    membership: Any = acting(request)
    page = Paginator(queries.findings_about(membership.entity), PAGE).get_page(request.GET.get("page"))
    return render(request, "oversight/own_findings.html", {"page_obj": page})


def _reach(request: HttpRequest, ref: str) -> Finding:
    """A finding this reader may see; any other is as good as absent."""
    found = get_object_or_404(queries.findings().select_related("closure"), ref=ref)
    membership = acting(request)
    if not may_read_finding(membership, found):
        raise Http404
    shown = acts_as(membership, Role.REGULATOR) or queries.findings_about(found.entity).filter(pk=found.pk)
    if not shown:
        raise Http404
    return found


def _page(
    request: HttpRequest, finding: Finding, *, refused: str = "", form: Any = None, reply: Any = None
) -> HttpResponse:
    whole = acts_as(acting(request), Role.REGULATOR)
    waiting: Closure | None = finding.closures.filter(effective_at=None, returned_at=None).first()
    user: Any = request.user
    if whole:
        operations.note_view(finding=finding, by=user)
    rule = pack_named(finding.rule_pack).rule(finding.rule_code) if finding.rule_pack else None
    context = {
        "finding": finding,
        "whole": whole,
        **_chains(finding, whole=whole),
        "earlier": _earlier(finding),
        "declared": _declared(finding),
        "rule_title": explain.rule_title(rule),
        "provision": _provision(finding),
        "lead": finding.evidence.get("lead"),
        "difference": _difference(finding),
        "is_lead": finding.kind in LEADS,
        "odd": _odd_reviews(finding) if whole else None,
        "method": finding.evidence.get("method"),
        "events": queries.story_of(finding, whole=whole),
        "waiting": waiting if whole else None,
        "may_close": whole and finding.status == FindingStatus.OPEN and waiting is None,
        "may_second": whole and waiting is not None and waiting.proposed_by_id != user.pk,
        "may_reply": may_reply(acting(request), finding),
        "form": form or ClosingForm(auto_id="close_%s"),
        "reply_form": reply or ReplyForm(auto_id="reply_%s"),
        "refused": refused,
    }
    faulty = any(one is not None and one.errors for one in (form, reply))
    return render(
        request, "oversight/finding.html", context, status=409 if refused else 422 if faulty else 200
    )


def _chains(finding: Finding, *, whole: bool) -> dict[str, Any]:
    """The chain that decides, and further ones where several were found at once."""
    ties = [tie for tie in finding.evidence.get("chain", []) if tie.get("holder")]
    more = finding.evidence.get("more", [])
    names = explain.names_in([*ties, *(tie for chain in more for tie in chain)])
    shown = [explain.ground_steps({"chain": chain}, whole=whole, names=names) for chain in (ties, *more)]
    return {"steps": shown[0], "more": shown[1:]}


def _difference(finding: Finding) -> dict[str, Any] | None:
    """What does not fit in a contract or its payments, with the way to it."""
    told = finding.evidence.get("difference")
    if not told:
        return None
    ref = finding.subject.removeprefix("contracts.contract/")
    of = f"/contracts/{ref}/" if ref != finding.subject else ""
    paid = f"/payments/{told['charge']}/" if told.get("charge") else ""
    bank = f"/payments/bank-statements/{told['statement']}/" if told.get("statement") else ""
    return {"words": differences.words(told["what"]), "of": of, "paid": paid, "bank": bank, **told}


def _earlier(finding: Finding) -> dict[str, Any] | None:
    """Within how many days before which opening the contacts were changed."""
    if finding.kind != FindingKind.EARLIER_CONTACTS:
        return None
    return {"days": finding.evidence["days"], "ref": finding.subject.removeprefix("tenders.tender/")}


def _declared(finding: Finding) -> list[Discrepancy]:
    """What does not fit in the declarations of the firm, what still stands first: a day that went by, or an
    interest that another source states. Who holds it is told where that is a body."""
    if finding.kind not in DISCREPANCIES:
        return []
    found = finding.entity.discrepancies.filter(kind=DISCREPANCIES[FindingKind(finding.kind)])
    found = found.select_related("interest__holder_entity", "interest__subject")
    return list(found.order_by(F("cleared_at").desc(nulls_first=True), "-pk")[:PAGE])


def _odd_reviews(finding: Finding) -> dict[str, Any] | None:
    """Whose reviews of whom look odd, with the way to each contract's reviews."""
    told = finding.evidence.get("reviews")
    if not told:
        return None
    other = Entity.objects.filter(pk=str(told["other"]).removeprefix("parties.entity/")).first()
    ways = [{"ref": ref, "url": f"/contracts/{ref}/reviews/"} for ref in told.get("contracts", [])]
    return {"other": other, "contracts": ways}


def _provision(finding: Finding) -> Provision | None:
    found = Provision.objects.select_related("instrument").filter(ref=finding.provision_ref)
    return found.first() if finding.provision_ref else None


@never_cache
@require_safe
@acting_required(Role.REGULATOR, Role.AGENT)
def finding(request: HttpRequest, ref: str) -> HttpResponse:
    """One finding: what, by which rule, the chain, what happened to it, and what can be done now."""
    return _page(request, _reach(request, ref))


@require_POST
@acting_required(Role.AGENT)
def finding_reply(request: HttpRequest, ref: str) -> HttpResponse:
    """The firm's reply; it stays beside the finding."""
    found, form = _reach(request, ref), ReplyForm(request.POST, auto_id="reply_%s")
    if not form.is_valid():
        return _page(request, found, reply=form)
    by: Any = request.user
    operations.reply_to_finding(finding=found, text=form.cleaned_data["text"], by=by, at=database_now())
    messages.success(request, _("Your reply is on record beside the finding."))
    return redirect(found)


@require_POST
@acting_required(Role.REGULATOR)
def finding_act(request: HttpRequest, ref: str) -> HttpResponse:
    """Explain it, propose to close it against the firm, confirm or return what another proposed."""
    found, act = _reach(request, ref), request.POST.get("act", "")
    form = ClosingForm(request.POST, auto_id="close_%s")
    if act not in ACTS or (act != "confirm" and not form.is_valid()):
        return _page(
            request,
            found,
            form=form if act in ACTS else None,
            refused="" if act in ACTS else _("Choose what to do."),
        )
    text = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    try:
        ACTS[act](found, text, by=request.user, at=database_now())
    except OversightRefused as refusal:
        return _page(request, _reach(request, ref), refused=str(refusal))
    messages.success(request, _("It is on record."))
    return redirect(found)


ACTS: dict[str, Any] = {
    "explain": lambda found, text, **who: operations.explain_finding(finding=found, reason=text, **who),
    "propose": lambda found, text, **who: operations.propose_closure(finding=found, reason=text, **who),
    "confirm": lambda found, _text, **who: operations.decide_closure(finding=found, confirm=True, **who),
    "return": lambda found, text, **who: operations.decide_closure(
        finding=found, confirm=False, note=text, **who
    ),
}
