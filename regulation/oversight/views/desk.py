"""The regulators' queue and page of one report; the editors' leads."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from .. import operations, queries
from ..access import may_handle
from ..errors import OversightRefused
from ..forms import AnswerForm, QueueFilter, TextForm
from ..models import Outcome, Report
from ..states import OPEN, due, is_overdue, state_of
from .looks import REPORT, noted
from .panel import facets_of
from .wizard import told

PAGE = 20


def _row(report: Report, today: Any) -> dict[str, Any]:
    turn = report.answer.round if report.answer else None
    return {
        "report": report,
        "state": state_of(report, answer_round=turn),
        "due": due(report, answer_round=turn),
        "late": is_overdue(report, answer_round=turn, today=today),
    }


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def queue(request: HttpRequest) -> HttpResponse:
    """Reports by the day they are due; without a filter those that wait for something."""
    membership: Any = acting(request)
    reports = queries.queue_for(membership).select_related("taken_by", "review_taken_by")
    found = QueueFilter(request.GET or None, queryset=reports)
    listed = found.qs if request.GET.get("state") else queries.owed(found.qs)
    page = Paginator(listed.annotate(read_at=Now()), PAGE).get_page(request.GET.get("page"))
    rows = [_row(report, timezone.localdate(report.read_at)) for report in page.object_list]
    context = {"filter": found, "page_obj": page, "rows": rows, "facets": facets_of(found)}
    return render(request, "oversight/queue.html", context)


def _reach(request: HttpRequest, ref: str) -> Report:
    """A report this regulator may handle; any other is as good as absent."""
    found = get_object_or_404(
        queries.reports().select_related("ruling", "taken_by", "review_taken_by", "counter"), ref=ref
    )
    if not may_handle(acting(request), found):
        raise Http404
    return found


def _page(
    request: HttpRequest, report: Report, *, refused: str = "", form: AnswerForm | None = None
) -> HttpResponse:
    noted(request, report, REPORT)
    row = _row(report, timezone.localdate(database_now()))
    user: Any = request.user
    proposed = report.decisions.filter(issued_at=None, returned_at=None).select_related("provision").first()
    is_open = row["state"] in OPEN
    mine = is_open and report.handler_id == user.pk
    article = told(report.verdict, report.ruling, report.kind)["article"]
    start = {"provision": article.ref} if article else {}
    context = {
        **row,
        **told(report.verdict, report.ruling, report.kind),
        "events": report.events.select_related("actor"),
        "pieces": report.evidence.all(),
        "decisions": report.decisions.select_related("provision__instrument", "proposed_by", "confirmed_by"),
        "proposed": proposed,
        "may_take": is_open and report.handler_id is None,
        "may_write": mine and proposed is None,
        "may_second": proposed is not None and proposed.proposed_by_id != user.pk,
        "form": form or AnswerForm(initial=start),
        "text_form": TextForm(auto_id="view_%s", label=_("What it was asked, or what it says")),
        "note_form": TextForm(auto_id="note_%s", label=_("Note to who proposed it")),
        "refused": refused,
        "limit": settings.OVERSIGHT_ANSWER_DAYS,
    }
    status = 409 if refused else 422 if form is not None and form.errors else 200
    return render(request, "oversight/handle.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def handle(request: HttpRequest, ref: str) -> HttpResponse:
    """One report with all that regulators need, and what can be done next."""
    return _page(request, _reach(request, ref))


def _text(request: HttpRequest) -> str:
    form = TextForm(request.POST)
    return str(form.cleaned_data["text"]) if form.is_valid() else ""


ACTS: dict[str, Callable[..., Any]] = {
    "take": lambda request, **who: operations.take_report(**who),
    "ask": lambda request, **who: operations.ask_view(text=_text(request), **who),
    "view": lambda request, **who: operations.record_view(text=_text(request), **who),
    "confirm": lambda request, **who: operations.confirm_answer(**who),
    "return": lambda request, **who: operations.return_answer(note=_text(request), **who),
}


@require_POST
@acting_required(Role.REGULATOR)
def report_act(request: HttpRequest, ref: str) -> HttpResponse:
    """Take it, write to it, answer it, second an answer: `act` says which."""
    report, act = _reach(request, ref), request.POST.get("act", "")
    who = {"report": report, "by": request.user, "at": database_now()}
    form = AnswerForm(request.POST) if act == "answer" else None
    if form is not None and not form.is_valid():
        return _page(request, report, form=form)
    if form is None and act not in ACTS:
        return _page(request, report, refused=_("Choose what to do."))
    try:
        if form is not None:
            said = form.cleaned_data | {"outcome": Outcome(form.cleaned_data["outcome"])}
            operations.answer_report(**who, **said)  # type: ignore[arg-type]
        else:
            ACTS[act](request, **who)
    except OversightRefused as refusal:
        return _page(request, _reach(request, ref), refused=str(refusal), form=form)
    messages.success(request, _("It is on record."))
    return redirect(report.desk_url)


@never_cache
@require_safe
@acting_required(Role.EDITOR, Role.REVIEWER)
def lead_list(request: HttpRequest) -> HttpResponse:
    """Reports that showed a ruling to be missing. Editors see the place, never the person or the account."""
    page = Paginator(queries.leads(), PAGE).get_page(request.GET.get("page"))
    return render(request, "oversight/lead_list.html", {"page_obj": page, "form": TextForm()})


@require_POST
@acting_required(Role.EDITOR)
def lead_close(request: HttpRequest, ref: str) -> HttpResponse:
    """An editor says what became of a lead."""
    report = get_object_or_404(queries.leads(), ref=ref)
    by: Any = request.user
    try:
        operations.close_lead(report=report, note=_text(request), by=by, at=database_now())
        messages.success(request, _("It is on record."))
    except OversightRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("oversight:lead_list")
