"""Who looked at what: each look of a regulator at personal data, and the list of them."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role, User
from regulation.parties.operations import note_look
from regulation.parties.queries import looks
from regulation.parties.widgets import DayInput

from ..models import Report
from ..queries import CHECK_URN, FINDING_URN, PERSON_URN, URN, looks_for

PAGE = 20
REPORT, EVIDENCE = "report", "evidence"
SORTS = {
    URN: gettext_lazy("Report of a demand"),
    CHECK_URN: gettext_lazy("Check"),
    FINDING_URN: gettext_lazy("Finding"),
    PERSON_URN: gettext_lazy("Record of a person"),
}

PAGES = {
    URN: "oversight:handle",
    CHECK_URN: "decoupling:check",
    FINDING_URN: "oversight:finding",
    PERSON_URN: "parties:person",
}


def noted(request: HttpRequest, report: Report, what: str, detail: str = "") -> None:
    """The look is on record before anything is shown; a look that cannot be recorded shows nothing."""
    user: Any = request.user
    note_look(subject=report, what=what, detail=detail, by=user)


def _lookers(request: Any) -> Any:
    return User.objects.filter(pk__in=looks().order_by().values("actor")).order_by("name", "email", "pk")


class LookFilter(django_filters.FilterSet):
    """Looks by who looked, at what, and when (days, both included)."""

    sort = django_filters.ChoiceFilter(
        label=gettext_lazy("Record"),
        choices=list(SORTS.items()),
        field_name="subject",
        lookup_expr="startswith",
    )
    by = django_filters.ModelChoiceFilter(
        field_name="actor", label=gettext_lazy("Who looked"), queryset=_lookers
    )
    ref = django_filters.CharFilter(
        label=gettext_lazy("Number of the report"), method="by_ref", max_length=14
    )
    since = django_filters.DateFilter(
        field_name="recorded_at",
        lookup_expr="date__gte",
        label=gettext_lazy("From the day"),
        widget=DayInput(),
    )
    until = django_filters.DateFilter(
        field_name="recorded_at",
        lookup_expr="date__lte",
        label=gettext_lazy("To the day"),
        widget=DayInput(),
    )

    class Meta:
        model = Entry
        fields = ()

    def by_ref(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(subject=f"{URN}{value.strip().upper()}")


def _refs(entries: Iterable[Entry]) -> dict[str, str]:
    """The random refs of the checks looked at, by the key in their entries."""
    keys = [e.subject.removeprefix(CHECK_URN) for e in entries if e.subject.startswith(CHECK_URN)]
    found = Check.objects.filter(pk__in=[key for key in keys if key.isdigit()])
    return {str(pk): str(ref) for pk, ref in found.values_list("pk", "ref")}


def _row(entry: Entry, refs: dict[str, str]) -> dict[str, Any]:
    said = body_of(entry)
    what = {
        REPORT: _("the account and the contact"),
        EVIDENCE: _("a file given as evidence"),
        "check": _("the people in its chains"),
        "finding": _("the people in its chain"),
        "person": _("what is held of the person"),
    }
    prefix, _slash, key = entry.subject.partition("/")
    sort = f"{prefix}/"
    named = refs.get(key, key) if sort == CHECK_URN else key
    return {
        "entry": entry,
        "sort": SORTS.get(sort, sort),
        "key": key,
        "address": reverse(PAGES[sort], args=[named]) if sort in PAGES else "",
        "what": what.get(said.get("what", ""), said.get("what", _("erased"))),
    }


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def look_list(request: HttpRequest) -> HttpResponse:
    """Each look at personal data, the newest first."""
    membership: Any = acting(request)
    found = LookFilter(request.GET or None, queryset=looks_for(membership))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    refs = _refs(page)
    context = {"filter": found, "page_obj": page, "rows": [_row(entry, refs) for entry in page]}
    return render(request, "oversight/look_list.html", context)
