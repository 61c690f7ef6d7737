"""The regulators' side: contests to answer, and declarations that do not fit."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now

from .. import operations, queries
from ..access import acting, acting_required, acts_as
from ..errors import PartiesRefused
from ..forms import AnswerForm, ContestFilter, DiscrepancyFilter, NoteForm
from ..models import Contest, ContestAnswer, Interest, Person, Remedy, Role
from ..sniff import KINDS

PAGE = 20


def people_in(interest: Interest) -> list[Person]:
    """The people an interest names."""
    return [person for person in (interest.holder_person, interest.subject_person) if person is not None]


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def contest_list(request: HttpRequest) -> HttpResponse:
    """Contests, the open ones first, by the day they are due.

    People are named on the contest's own page alone.
    """
    found = ContestFilter(request.GET or None, queryset=queries.contests())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "today": timezone.localdate(database_now())}
    return render(request, "parties/contest_list.html", context)


def _page(
    request: HttpRequest,
    contest: Contest,
    *,
    form: AnswerForm | None = None,
    note: NoteForm | None = None,
    refused: str = "",
) -> HttpResponse:
    membership: Any = acting(request)
    operations.see_people(people=people_in(contest.interest), page=contest.urn, by=membership.user)
    waiting = contest.answers.filter(issued_at=None, returned_at=None).select_related("proposed_by").first()
    mine = queries.contests_for(membership).filter(pk=contest.pk).exists()
    context = {
        "contest": contest,
        "interest": contest.interest,
        "files": contest.files.all(),
        "answers": contest.answers.select_related("proposed_by", "confirmed_by"),
        "waiting": waiting,
        "may_answer": mine and waiting is None,
        "may_second": mine and waiting is not None and waiting.proposed_by_id != membership.user_id,
        "form": form or AnswerForm(interest=contest.interest),
        "note_form": note or NoteForm(auto_id="note_%s"),
        "refused": refused,
        "now": database_now(),
    }
    faulty = any(one is not None and one.errors for one in (form, note))
    status = 409 if refused else 422 if faulty else 200
    return render(request, "parties/contest.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """One contest with the row it is about, and what can be done next."""
    return _page(request, get_object_or_404(queries.contests(), pk=pk))


@require_POST
@acting_required(Role.REGULATOR)
def contest_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold or refuse."""
    found = get_object_or_404(queries.contests(), pk=pk)
    form = AnswerForm(request.POST, interest=found.interest)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        made = operations.answer_contest(
            contest=found,
            remedy=Remedy(form.cleaned_data["remedy"]),
            reason=form.cleaned_data["reason"],
            facts=form.facts(),
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
    except PartiesRefused as refusal:
        return _page(request, get_object_or_404(queries.contests(), pk=pk), form=form, refused=str(refusal))
    told = (
        _("A conflict rests on this interest: a second regulator confirms.")
        if made.needs_second
        else _("It is on record.")
    )
    messages.success(request, told)
    return redirect(found.desk_url)


@require_POST
@acting_required(Role.REGULATOR)
def contest_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The second regulator confirms an answer or returns it."""
    found = get_object_or_404(queries.contests(), pk=pk)
    waiting = get_object_or_404(ContestAnswer, contest=found, issued_at=None, returned_at=None)
    who: dict[str, Any] = {"answer": waiting, "by": request.user, "at": database_now()}
    decision, note = request.POST.get("decision"), NoteForm(request.POST, auto_id="note_%s")
    if decision not in ("confirm", "return"):
        return _page(request, found, refused=_("Choose what to do."))
    if decision == "return" and not note.is_valid():
        return _page(request, found, note=note)
    try:
        if decision == "confirm":
            operations.confirm_contest_answer(**who)
        else:
            operations.return_contest_answer(note=note.cleaned_data["note"], **who)
    except PartiesRefused as refusal:
        return _page(request, get_object_or_404(queries.contests(), pk=pk), refused=str(refusal))
    messages.success(request, _("It is on record."))
    return redirect(found.desk_url)


@never_cache
@require_safe
@acting_required(Role.REGULATOR, Role.AGENT, Role.OWNER)
def contest_file(request: HttpRequest, pk: int, file: int) -> Any:
    """A document, to the entity that gave it and to regulators alone, always as a download."""
    membership: Any = acting(request)
    found = get_object_or_404(Contest, pk=pk)
    if not acts_as(membership, Role.REGULATOR) and found.entity_id != membership.entity_id:
        raise Http404
    piece = get_object_or_404(found.files, pk=file)
    try:
        content = piece.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer = FileResponse(content, as_attachment=True, filename=piece.name, content_type=KINDS[piece.kind])
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def discrepancy_list(request: HttpRequest) -> HttpResponse:
    """Declarations that came late or that another source contradicts."""
    found = DiscrepancyFilter(request.GET or None, queryset=queries.discrepancies())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "parties/discrepancy_list.html", {"filter": found, "page_obj": page})
