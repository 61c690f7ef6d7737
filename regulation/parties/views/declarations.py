"""An intermediary's declaration: entered row by row, looked through, filed whole."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now

from .. import operations, queries
from ..access import acting, acting_required
from ..errors import PartiesRefused
from ..forms import EndForm, RowForm, posted
from ..forms.rows import initial_of
from ..models import Declaration, DeclarationDraft, Entity, Interest, InterestKind, Rank, Role
from ..rows import AGREED, CONTROLLER, KIN, OFFICIAL, OWNER, POST, SORTS, people_of

TITLES = {
    OWNER: gettext_lazy("Owner"),
    CONTROLLER: gettext_lazy("Who else controls it"),
    POST: gettext_lazy("Post in your firm"),
    OFFICIAL: gettext_lazy("One of your people who is or was an official"),
    KIN: gettext_lazy("Close relative who is or was an official"),
}
ADD = {
    OWNER: gettext_lazy("Add an owner"),
    CONTROLLER: gettext_lazy("Add who else controls it"),
    POST: gettext_lazy("Add a post"),
    OFFICIAL: gettext_lazy("Add an official among your people"),
    KIN: gettext_lazy("Add a relative who is an official"),
}


def _entity(request: HttpRequest) -> Entity:
    membership: Any = acting(request)
    found: Entity = membership.entity
    return found


def _draft(entity: Entity) -> DeclarationDraft:
    return DeclarationDraft.objects.filter(entity=entity).first() or DeclarationDraft(entity=entity)


def _people(entity: Entity, draft: DeclarationDraft) -> list[tuple[str, str]]:
    """The firm's own people as choices: those it declared before, and those of the draft."""
    own = {
        f"p:{i.holder_person_id}": i.holder_person.name
        for i in queries.stated_by(entity)
        if i.holder_person is not None and i.subject_id == entity.pk
    }
    return [*own.items(), *people_of(draft.rows)]


def shown_rows(entity: Entity, draft: DeclarationDraft) -> list[dict[str, Any]]:
    """The draft's rows for a table; an identity number only as the fact that one was given."""
    kinds, ranks, people = dict(InterestKind.choices), dict(Rank.choices), dict(_people(entity, draft))
    agreed = Interest.objects.select_related("holder_entity", "holder_person").in_bulk(
        [row["interest"] for row in draft.rows if row["sort"] == AGREED]
    )
    found = []
    for row in draft.rows:
        if row["sort"] == AGREED:
            found.append({"key": row["key"], "agreed": agreed.get(row["interest"])})
            continue
        found.append(
            row
            | {
                "kind_label": kinds[row["kind"]],
                "rank_label": ranks.get(row["rank"], ""),
                "holder": people.get(row["who"], "?") if row["sort"] == OFFICIAL else row["name"],
                "of": people.get(row["who"], "?") if row["sort"] == KIN else row["department_name"],
            }
        )
    return found


def _context(entity: Entity) -> dict[str, Any]:
    draft = _draft(entity)
    last = queries.last_declaration(entity)
    standing = list(queries.stated_by(entity))
    for interest in standing:
        interest.draft_end = draft.ends.get(str(interest.pk))  # type: ignore[attr-defined]
    taken = {row["interest"] for row in draft.rows if row["sort"] == AGREED}
    return {
        "entity": entity,
        "draft": draft,
        "rows": shown_rows(entity, draft),
        "standing": standing,
        "others": [i for i in queries.stated_of(entity) if i.pk not in taken],
        "last": last,
        "due": queries.due_on(entity, last),
        "discrepancies": entity.discrepancies.open().select_related("interest")[:20],
        "adds": list(ADD.items()),
        "change_days": settings.DECLARATION_CHANGE_DAYS,
        "yearly_days": settings.DECLARATION_YEARLY_DAYS,
        "first_days": settings.DECLARATION_FIRST_DAYS,
    }


@never_cache
@require_safe
@acting_required(Role.AGENT)
def declaration_draft(request: HttpRequest) -> HttpResponse:
    """What is on file, what others state, and the draft of what is new."""
    return render(request, "parties/declaration_draft.html", _context(_entity(request)))


@sensitive_variables()
def _row_page(request: HttpRequest, entity: Entity, sort: str, row: dict[str, Any] | None) -> HttpResponse:
    draft = _draft(entity)
    people = _people(entity, draft)
    if sort in (OFFICIAL, KIN) and not people:
        messages.error(
            request,
            _(
                "Enter first which posts your people hold: an official among them, or a relative of one, is"
                " chosen from those."
            ),
        )
        return redirect("parties:declaration_draft")
    form = RowForm(
        posted(request),
        sort=sort,
        people=people,
        had=row["identity"] if row else "",
        initial=initial_of(row) if row else {"holder": "person", "share_how": "exact"},
    )
    if request.method == "POST" and form.is_valid():
        said = form.row() | ({"key": row["key"]} if row else {})
        try:
            operations.keep_row(entity=entity, row=said, by=request.user)  # type: ignore[arg-type]
        except PartiesRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The row is in the draft. It counts once the declaration is filed."))
        return redirect("parties:declaration_draft")
    context = {"form": form, "title": TITLES[sort], "row": row, "has_identity": bool(row and row["identity"])}
    return render(request, "parties/declaration_row.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@acting_required(Role.AGENT)
def row_new(request: HttpRequest, sort: str) -> HttpResponse:
    """One more row of a sort."""
    if sort not in SORTS:
        raise Http404
    return _row_page(request, _entity(request), sort, None)


@never_cache
@sensitive_post_parameters()
@acting_required(Role.AGENT)
def row_edit(request: HttpRequest, key: str) -> HttpResponse:
    """A row once more."""
    entity = _entity(request)
    row = _draft(entity).row(key)
    if row is None or row["sort"] == AGREED:
        raise Http404
    return _row_page(request, entity, row["sort"], row)


def _do(request: HttpRequest, act: Any) -> HttpResponse:
    try:
        act()
    except PartiesRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("parties:declaration_draft")


@require_POST
@acting_required(Role.AGENT)
def row_drop(request: HttpRequest, key: str) -> HttpResponse:
    """Take a row out of the draft."""
    by: Any = request.user
    return _do(request, lambda: operations.drop_row(entity=_entity(request), key=key, by=by))


@require_POST
@acting_required(Role.AGENT)
def row_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """What another source states is so: declare it too."""
    by: Any = request.user
    return _do(request, lambda: operations.agree_row(entity=_entity(request), interest=pk, by=by))


@require_POST
@acting_required(Role.AGENT)
def declaration_drop(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    return _do(request, lambda: operations.drop_draft(entity=_entity(request)))


@never_cache
@acting_required(Role.AGENT)
def declaration_end(request: HttpRequest, pk: int) -> HttpResponse:
    """On which day a declared interest ended; an empty day takes the note back."""
    entity = _entity(request)
    interest = get_object_or_404(queries.stated_by(entity), pk=pk)
    noted = _draft(entity).ends.get(str(pk))
    form = EndForm(posted(request), start=interest.held.lower, initial={"end": noted})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["end"]
        by: Any = request.user
        end = day.isoformat() if day else None
        return _do(request, lambda: operations.mark_end(entity=entity, interest=pk, end=end, by=by))
    context = {"form": form, "interest": interest}
    return render(request, "parties/declaration_end.html", context, status=422 if form.errors else 200)


@never_cache
@acting_required(Role.AGENT)
def declaration_check(request: HttpRequest) -> HttpResponse:
    """All of it once more before it is filed; filing writes everything or nothing."""
    entity = _entity(request)
    refused = ""
    if request.method == "POST":
        try:
            made = operations.file_declaration(
                entity=entity,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except PartiesRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("The declaration is on record."))
            return redirect(made)
    context = _context(entity) | {"refused": refused}
    return render(request, "parties/declaration_check.html", context, status=409 if refused else 200)


@never_cache
@require_safe
@acting_required(Role.AGENT, Role.OWNER)
def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """What a declaration of one's own contained."""
    entity = _entity(request)
    made = get_object_or_404(Declaration.objects.filter(entity=entity).select_related("made_by"), pk=pk)
    context = {"declaration": made, "entity": entity, "interests": queries.declared_in(made)}
    return render(request, "parties/declaration.html", context)
