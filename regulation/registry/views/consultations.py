"""What the public is asked about drafts, what it said, and what was answered."""

import datetime as dt
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, with_receipt
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role, User

from .. import queries
from ..access import may_answer, may_consult, may_publish
from ..comparison import compare, fields_of
from ..errors import RegistryRefused
from ..forms import STATES, AnswerForm, CommentForm, ConsultationFilter, ConsultForm, ReasonForm, sent
from ..models import Comment, Consultation, Ruling, Uptake
from ..operations import answer_comments, file_comment, hide_comment, open_consultation

PAGE = 20
TONES = {"open": "good", "closed": "warn", "answered": "info", "published": "info", "withdrawn": "bad"}
UPTAKE_TONES = {"taken": "good", "partly": "info", "declined": "neutral", "explained": "neutral"}


def _row(consultation: Consultation, now: dt.datetime) -> dict[str, Any]:
    state = queries.state_of(consultation, now=now)
    return {"consultation": consultation, "state": state, "words": STATES[state], "tone": TONES[state]}


@cache_control(no_cache=True)
def consultation_list(request: HttpRequest) -> HttpResponse:
    """Every consultation, the latest first."""
    now = database_now()
    found = ConsultationFilter(request.GET or None, queryset=queries.consultations(), now=now)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "rows": [_row(c, now) for c in page]}
    return render(request, "registry/consultation_list.html", context)


@cache_control(no_cache=True)  # its clock is never late
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """One consultation: the question, the draft beside what holds today, a clock, what was said and answered.

    Whoever is signed in comments here.
    """
    found = get_object_or_404(queries.consultations(), pk=pk)
    membership = acting(request)
    entity = membership.entity if membership else None
    if request.method != "POST":
        return _page(request, found, CommentForm(entity=entity))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    form = CommentForm(request.POST, entity=entity)
    if form.is_valid():
        try:
            made = file_comment(
                consultation=found,
                text=form.cleaned_data["text"],
                shown_name=form.cleaned_data["shown_name"],
                by=request.user,
                at=database_now(),
                entity=form.speaks_for(),
            )
            kind = "registry.comment_filed"
            link = give_receipt(subject=found, kind=kind, holder=request.user, by=request.user)
            said = _("Your comment is filed and public. It will be answered here.")
            messages.success(request, with_receipt(said, link))
            return redirect(f"{found.get_absolute_url()}?page=last#comment-{made.pk}")
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    return _page(request, found, form)


def _page(request: HttpRequest, found: Consultation, form: CommentForm) -> HttpResponse:
    now = database_now()
    row = _row(found, now)
    said = queries.ruling_as_said(found.wording, found.ruling)
    asked_page = request.GET.get("page")
    paginator = Paginator(queries.comments_of(found), PAGE)
    page = paginator.get_page(paginator.num_pages if asked_page == "last" else asked_page)
    context = (
        row
        | _texts(found, said, row["state"])
        | {
            "draft": said,
            "now": now,
            "page_obj": page,
            "form": form,
            "takes_comments": row["state"] == queries.OPEN,
            "uptake_tones": UPTAKE_TONES,
            "may_answer": may_answer(acting(request)) and found.waiting,  # type: ignore[attr-defined]
            "may_hide": may_publish(acting(request)) and found.ruling.author_id != request.user.pk,
        }
    )
    return render(request, "registry/consultation.html", context, status=422 if form.errors else 200)


def _texts(found: Consultation, said: Ruling, state: str) -> dict[str, Any]:
    """What stands beside the text that was consulted on: what was published, or what holds today."""
    if state == queries.PUBLISHED:
        said.published_at = None  # as it was when the public was asked
        return {"old": said, "new": found.ruling, "lines": compare(said, found.ruling)}
    about = found.ruling
    today = queries.verdict_for(
        approval=about.approval, service=about.service, region=about.region, on=timezone.localdate()
    )
    if today is None:
        return {"facts": [(label, words) for label, words in fields_of(said) if words]}
    return {"old": today, "new": said, "lines": compare(today, said)}


@acting_required(Role.EDITOR, Role.REVIEWER)
def consultation_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a draft for public comment."""
    draft = get_object_or_404(queries.drafts(), pk=pk)
    by = cast(User, request.user)
    if not may_consult(acting(request), draft, by):
        raise PermissionDenied
    form = ConsultForm(sent(request), initial={"days": 30})
    if request.method == "POST" and form.is_valid():
        try:
            made = open_consultation(ruling=draft, by=by, **form.cleaned_data)
            messages.success(request, _("The consultation is open. The draft stays as it is until then."))
            return redirect(made)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "draft": draft}
    return render(request, "registry/consultation_new.html", context, status=422 if form.errors else 200)


@acting_required(Role.EDITOR, Role.REVIEWER)
def consultation_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one comment, or several at once, in public."""
    found = get_object_or_404(queries.consultations(), pk=pk)
    waiting = queries.comments_of(found).filter(answered__isnull=True)
    form = AnswerForm(sent(request), waiting=waiting)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            answer_comments(
                consultation=found,
                comments=list(said["comments"]),
                uptake=Uptake(said["uptake"]),
                text=said["text"],
                text_en=said["text_en"],
                by=cast(User, request.user),
            )
            messages.success(request, _("The answer is public."))
            return redirect(found)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "consultation": found, "waiting": waiting.exists()}
    return render(request, "registry/consultation_answer.html", context, status=422 if form.errors else 200)


@acting_required(Role.REVIEWER)
def comment_hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a comment's words off the page, with a reason."""
    comment = get_object_or_404(Comment.objects.select_related("consultation__ruling__service"), pk=pk)
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            hide_comment(comment=comment, reason=form.cleaned_data["reason"], by=cast(User, request.user))
            messages.success(request, _("The comment is hidden, and your reason is shown in its place."))
            return redirect(comment.consultation)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "comment": comment}
    return render(request, "registry/comment_hide.html", context, status=422 if form.errors else 200)
