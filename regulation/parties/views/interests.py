"""The right of reply: what is held about an entity, and its contests."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now

from .. import operations, queries
from ..access import acting, acting_required
from ..errors import PartiesRefused
from ..forms import ContestForm, InterestFilter, sent
from ..models import Entity, Role

PAGE = 20


def _entity(request: HttpRequest) -> Entity:
    membership: Any = acting(request)
    found: Entity = membership.entity
    return found


@never_cache
@require_safe
@acting_required(Role.AGENT, Role.OWNER)
def own_interests(request: HttpRequest) -> HttpResponse:
    """Everything held about the entity acted for: by whom stated, on what source, since when, how surely."""
    entity = _entity(request)
    held = queries.with_contests(queries.interests_about(entity)).order_by("-recorded", "-pk")
    found = InterestFilter(request.GET or None, queryset=held, entity=entity)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "entity": entity,
        "filter": found,
        "page_obj": page,
        "contests": queries.contests_of(entity)[:PAGE],
    }
    return render(request, "parties/own_interests.html", context)


@never_cache
@acting_required(Role.AGENT, Role.OWNER)
def contest_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with a row."""
    entity = _entity(request)
    interest = get_object_or_404(queries.interests_about(entity).filter(recorded__upper_inf=True), pk=pk)
    form = ContestForm(*sent(request))
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.file_contest(
                interest=interest,
                entity=entity,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
                **form.cleaned_data,
            )
        except PartiesRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Your contest is on record."))
            return redirect(made)
    context = {"entity": entity, "interest": interest, "form": form, "refused": refused}
    status = 422 if form.errors or refused else 200
    return render(request, "parties/contest_new.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.AGENT, Role.OWNER)
def own_contest(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a contest of one's own stands, and its answer."""
    found = get_object_or_404(queries.contests_of(_entity(request)), pk=pk)
    answer = found.answers.filter(issued_at__isnull=False).first()
    context = {
        "contest": found,
        "interest": found.interest,
        "answer": answer,
        "files": found.files.all(),
        "now": database_now(),
    }
    return render(request, "parties/own_contest.html", context)
