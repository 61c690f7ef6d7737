"""Who is who: for regulators alone. Each look at a person is an entry of the ledger."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now

from .. import operations, queries
from ..access import acting_required
from ..errors import PartiesRefused
from ..forms import MergeFilter, ReasonForm, SuggestionFilter, posted
from ..models import Entity, Interest, Person, Role, Suggestion, SuggestionState
from ..namesakes import EXACT, tier_of
from ..queries.identity import ENTITY_ATTRIBUTES, PERSON_ATTRIBUTES

PAGE = 20
LABELS = {
    "identity": gettext_lazy("Resident identity number"),
    "birth_month": gettext_lazy("Year and month of birth"),
    "address": gettext_lazy("Address"),
    "firm": gettext_lazy("A firm both belong to"),
    "credit_code": gettext_lazy("Unified Social Credit Code"),
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail"),
    "account": gettext_lazy("Payment account"),
}


def masked(name: str) -> str:
    """A person's name as lists show it: a look at the whole name is a look at the person."""
    return name[:1] + "＊" * max(len(name) - 1, 1)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def suggestion_list(request: HttpRequest) -> HttpResponse:
    """Records that may be one; without a filter those nobody has looked at."""
    found = SuggestionFilter(
        request.GET or None, queryset=queries.suggestions().order_by("tier", "-score", "pk")
    )
    listed = found.qs if request.GET.get("state") else found.qs.filter(state=SuggestionState.OPEN)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for one in page.object_list:
        if one.is_of_people:
            one.masked, one.other_masked = masked(one.person.name), masked(one.other_person.name)
        one.agree = [LABELS[name] for name in one.agreeing]
    return render(request, "parties/suggestion_list.html", {"filter": found, "page_obj": page})


def _shown(record: Any, field: str) -> Any:
    value = getattr(record, field)
    if field in ("identity_digest", "account_digest"):
        return _("on record, kept as a code") if value else ""
    return value


def _beside(one: Any, other: Any, agreeing: list[str], differing: list[str]) -> list[dict[str, Any]]:
    """The attributes of two records side by side, each with whether it agrees."""
    names = PERSON_ATTRIBUTES if isinstance(one, Person) else ENTITY_ATTRIBUTES
    rows = [
        {
            "label": LABELS[label],
            "one": _shown(one, field),
            "other": _shown(other, field),
            "agrees": label in agreeing,
            "differs": label in differing,
        }
        for label, field in names
    ]
    if "firm" in agreeing:
        rows.append({"label": LABELS["firm"], "one": "✓", "other": "✓", "agrees": True, "differs": False})
    return rows


ACTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "merge": (operations.confirm_suggestion, gettext_lazy("The two records are merged.")),
    "reject": (operations.reject_suggestion, gettext_lazy("The pair is not suggested again.")),
    "lead": (operations.keep_lead, gettext_lazy("It is kept as a lead, for regulators alone.")),
}


@never_cache
@acting_required(Role.REGULATOR)
def suggestion(request: HttpRequest, pk: int) -> HttpResponse:
    """Two records side by side, and what to make of them."""
    found = get_object_or_404(queries.suggestions(), pk=pk)
    by: Any = request.user
    form, refused = ReasonForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        act, told = ACTS.get(request.POST.get("act", ""), (None, ""))
        try:
            if act is None:
                refused = _("Choose what to do.")
            else:
                act(suggestion=found, reason=form.cleaned_data["reason"], by=by, at=database_now())
                messages.success(request, str(told))
                return redirect("parties:suggestion_list")
        except PartiesRefused as refusal:
            refused = str(refusal)
    return _suggestion_page(request, found, form, refused)


def _suggestion_page(request: HttpRequest, found: Suggestion, form: ReasonForm, refused: str) -> HttpResponse:
    by: Any = request.user
    one, other = operations.records_of(found)
    operations.see_people(
        people=[record for record in (one, other) if isinstance(record, Person)], page=found.urn, by=by
    )
    agreeing, differing = operations.agreement(found)
    tier = tier_of(agreeing)
    undecided = found.state in (SuggestionState.OPEN, SuggestionState.LEAD)
    context = {
        "suggestion": found,
        "first": one,
        "second": other,
        "beside": _beside(one, other, agreeing, differing),
        "interests": [_held(one), _held(other)],
        "tier": tier,
        "may_merge": undecided and tier != "C" and not any(name in EXACT for name in differing),
        "undecided": undecided,
        "form": form,
        "refused": refused,
    }
    status = 409 if refused else 422 if form.errors else 200
    return render(request, "parties/suggestion.html", context, status=status)


def _held(record: Entity | Person) -> list[Interest]:
    own = (
        Q(holder_person=record) if isinstance(record, Person) else Q(holder_entity=record) | Q(subject=record)
    )
    rows = Interest.objects.standing().filter(own)
    return list(
        rows.select_related("holder_entity", "holder_person", "subject", "subject_person").order_by("pk")[
            :PAGE
        ]
    )


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def merge_list(request: HttpRequest) -> HttpResponse:
    """Every merge, with who made it and who split it."""
    found = MergeFilter(request.GET or None, queryset=queries.merges())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    for one in page.object_list:
        one.agree = [LABELS[name] for name in one.agreeing if name in LABELS]
        if one.person is not None and one.other_person is not None:
            one.masked, one.other_masked = masked(one.person.name), masked(one.other_person.name)
    return render(request, "parties/merge_list.html", {"filter": found, "page_obj": page})


@never_cache
@acting_required(Role.REGULATOR)
def merge_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Take two records apart again, with a reason."""
    found = get_object_or_404(queries.merges(), pk=pk)
    by: Any = request.user
    form, refused = ReasonForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            operations.split_records(same=found, reason=form.cleaned_data["reason"], by=by, at=database_now())
            messages.success(request, _("The two records stand apart again."))
            return redirect("parties:merge_list")
        except PartiesRefused as refusal:
            refused = str(refusal)
    people = [record for record in (found.person, found.other_person) if record is not None]
    operations.see_people(people=people, page=found.urn, by=by)
    context = {"same": found, "form": form, "refused": refused}
    status = 409 if refused else 422 if form.errors else 200
    return render(request, "parties/merge_split.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What is held of a person, leads by the name alone among it."""
    found = get_object_or_404(Person, pk=pk)
    by: Any = request.user
    operations.see_people(people=[found], page=found.urn, by=by)
    held = (
        Interest.objects.standing()
        .filter(Q(holder_person=found) | Q(subject_person=found))
        .select_related("holder_entity", "holder_person", "subject", "subject_person", "declared_by")
        .order_by("-held", "pk")
    )
    page = Paginator(held, PAGE).get_page(request.GET.get("page"))
    return render(request, "parties/person.html", {"person": found, "page_obj": page})
