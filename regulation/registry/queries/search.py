"""Finding approvals and services, and counting what was found."""

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)

from regulation.parties.models import Entity, Region

from .. import text
from ..models import Approval, Service


class _Matches(Func):
    """`search @@ query` by the GIN index; the query is cast, since a parser would take pairs for noise."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def words_of(query: str) -> list[str]:
    """What is looked for: at most eight words, a hundred characters together."""
    return query.replace("\0", " ").strip()[:100].split()[:8]


def search_approvals(approvals: QuerySet[Approval], query: str) -> QuerySet[Approval]:
    """Approvals that hold every word of the query in their names, pinyin, initials or code, best first.

    The index of character pairs narrows, ILIKE decides: whatever ILIKE would answer is answered. Same name
    or code comes first, then names that begin so, then pinyin that begins so, then names that hold it.
    """
    words = words_of(query)
    for word in words:
        narrowed = text.query_terms(word)
        if narrowed:
            approvals = approvals.filter(_Matches(F("search"), Value(narrowed, TextField())))
        approvals = approvals.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(pinyin__icontains=word)
            | Q(initials__icontains=word)
            | Q(code__icontains=word)
        )
    return approvals.annotate(rank=_rank(words[0])).order_by("rank", "pinyin", "pk") if words else approvals


def _rank(word: str) -> Case:
    return Case(
        When(Q(name__iexact=word) | Q(code__iexact=word) | Q(name_en__iexact=word), then=0),
        When(name__istartswith=word, then=1),
        When(Q(initials__istartswith=word) | Q(pinyin__istartswith=word), then=2),
        When(name__icontains=word, then=3),
        default=4,
        output_field=IntegerField(),
    )


def search_services(services: QuerySet[Service], query: str) -> QuerySet[Service]:
    """Services whose name, English name, pinyin or initials hold every word of the query."""
    for word in words_of(query):
        services = services.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(pinyin__icontains=word)
            | Q(initials__icontains=word)
        )
    return services


def department_facet(approvals: QuerySet[Approval]) -> list[tuple[Entity, int]]:
    """How many of the approvals each department decides, most first; of each its key and names only."""
    counted = _facet(approvals, "department", "department__name", "department__name_en")
    return [(Entity(pk=pk, name=name, name_en=name_en), n) for pk, name, name_en, n in counted]


def region_facet(approvals: QuerySet[Approval]) -> list[tuple[Region, int]]:
    """How many of the approvals each region has, most first; of each its code and names only."""
    counted = _facet(approvals, "region", "region__name", "region__name_en")
    return [(Region(code=code, name=name, name_en=name_en), n) for code, name, name_en, n in counted]


def _facet(approvals: QuerySet[Approval], *fields: str) -> Iterable[tuple[Any, ...]]:
    counted = approvals.order_by().values(*fields).annotate(n=Count("pk"))
    rows: Iterable[tuple[Any, ...]] = counted.order_by("-n", fields[0]).values_list(*fields, "n")[:40]
    return rows
