"""What a reporter sees: the status, opened by the account or by number and code; and the evidence."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.ledger.receipts import receipt_link
from regulation.parties.access import acting

from .. import operations
from ..access import may_handle
from ..errors import OversightRefused
from ..forms import FollowForm, ReviewForm
from ..models import EventKind, Report
from ..operations.filing import review_until
from ..queries import answers_before, by_code, reports
from ..sniff import KINDS
from ..states import ANSWERED, FILED, TAKEN, due, is_overdue, state_of
from .looks import EVIDENCE, noted
from .wizard import OPENED, _knock, told


def is_reporter(request: HttpRequest, report: Report) -> bool:
    """Whether the request comes from who filed it: by account, or by the code given in this session."""
    if request.user.is_authenticated and report.reporter_id == request.user.pk:
        return True
    return report.ref in request.session.get(OPENED, [])


def _own(request: HttpRequest, ref: str) -> Report:
    report = get_object_or_404(reports().select_related("ruling"), ref=ref)
    if not is_reporter(request, report):
        raise Http404
    return report


@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Number and code open the status of a report."""
    form = FollowForm(
        request.POST if request.method == "POST" else None,
        initial={"ref": request.GET.get("ref", "")[:14].replace("\0", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _knock(request, "code")
            report = by_code(form.cleaned_data["ref"], form.cleaned_data["code"])
            if report is not None:
                request.session[OPENED] = [*request.session.get(OPENED, []), report.ref][-20:]
                return redirect(report.status_url)
            form.add_error(None, _("No report has this number and this code."))
        except OversightRefused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "oversight/follow.html", {"form": form}, status=422 if form.errors else 200)


def timeline(report: Report) -> list[dict[str, Any]]:
    """What happened, for the reporter: without notes that regulators write for each other."""
    shown = (EventKind.VIEW_GIVEN,)
    return [
        {
            "at": event.at,
            "title": event.get_kind_display(),
            "text": event.text if event.kind in shown else "",
        }
        for event in report.events.all()
        if event.kind not in (EventKind.PROPOSED, EventKind.RETURNED, EventKind.LEAD_CLOSED)
    ]


def _status(request: HttpRequest, report: Report, form: ReviewForm | None = None) -> HttpResponse:
    today = timezone.localdate(database_now())
    turn = report.answer.round if report.answer else None
    now = state_of(report, answer_round=turn)
    until = review_until(report)
    context = {
        "report": report,
        "state": now,
        "due": due(report, answer_round=turn),
        "late": is_overdue(report, answer_round=turn, today=today),
        "events": timeline(report),
        "replaced": answers_before(report),
        "pieces": report.evidence.all(),
        "link": receipt_link(subject=report, kind="oversight.report_filed"),
        "may_keep": report.reporter_id is None,
        "may_withdraw": now in (FILED, TAKEN),
        "may_review": now == ANSWERED and until is not None and today <= until,
        "review_until": until,
        "form": form or ReviewForm(),
        **told(report.verdict, report.ruling, report.kind),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "oversight/status.html", context, status=status)


@never_cache
@require_safe
def status(request: HttpRequest, ref: str) -> HttpResponse:
    """Where a report stands, for who filed it."""
    return _status(request, _own(request, ref))


@require_POST
def keep(request: HttpRequest, ref: str) -> HttpResponse:
    """A reporter who has given number and code puts the report with the account they are signed in to."""
    report = _own(request, ref)
    if not request.user.is_authenticated:
        return redirect_to_login(report.status_url)
    try:
        operations.keep_report(report=report, by=request.user, at=database_now())
        messages.success(request, _("The report stands among yours, on your desk."))
    except OversightRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(report.status_url)


@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """The reporter takes the report back."""
    report = _own(request, ref)
    try:
        operations.withdraw_report(report=report, at=database_now())
        messages.success(request, _("The report is withdrawn."))
    except OversightRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(report.status_url)


@require_POST
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """The reporter asks, once, for a review of the answer."""
    report = _own(request, ref)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _status(request, report, form)
    try:
        operations.ask_review(report=report, text=form.cleaned_data["text"], at=database_now())
        messages.success(request, _("Another regulator reviews the answer."))
    except OversightRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(report.status_url)


@never_cache
@require_safe
def evidence(request: HttpRequest, ref: str, pk: int) -> Any:
    """A file, to the reporter and to regulators alone, always as a download."""
    report = get_object_or_404(Report, ref=ref)
    own = is_reporter(request, report)
    if not own and not may_handle(acting(request), report):
        raise Http404
    piece = get_object_or_404(report.evidence, pk=pk)
    if not own:
        noted(request, report, EVIDENCE, str(piece.pk))
    try:
        content = piece.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer = FileResponse(content, as_attachment=True, filename=piece.name, content_type=KINDS[piece.kind])
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
