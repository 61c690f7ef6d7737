"""Finding documents, approvals and services by what a reader typed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Concat, Length, RowNumber

from .. import text
from ..models import Approval, Document, Kind, Necessity, Ruling, Service

LAPSED = "lapsed"  # a demand whose legal basis has ended: never stored, judged on a day


class _Matches(Func):
    """`bigrams @@ query` by the GIN index; the query is cast, since a parser would take pairs for noise."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class _Like(Func):
    """ILIKE itself: Django's `icontains` compares capitals, which misses some of what ILIKE finds.

    Where no sign of the pattern has two cases, LIKE says the same and does not fold what it looks through.
    """

    template = "(%(expressions)s)"
    arg_joiner = " ILIKE "
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader asked for: words, and one value of each facet; empty means any.

    With `on`, demands are judged on that day: those whose legal basis has ended by it are `lapsed` instead of
    mandatory. Without it, a ruling's necessity is what was written.
    """

    q: str = ""
    kind: str = ""
    region: str = ""
    department: str = ""
    necessity: str = ""
    level: str = ""
    on: dt.date | None = None

    def facets(self) -> dict[str, str]:
        """The facets that are chosen, by column."""
        columns = {
            "kind": self.kind,
            "region_id": self.region,
            "department_id": self.department,
            "necessity": self.necessity,
            "level": self.level,
        }
        return {column: value for column, value in columns.items() if value}


def words_of(query: str) -> list[str]:
    """At most eight words, a hundred characters together, nothing a database cannot hold."""
    plain = "".join(" " if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in query)
    return plain.strip()[:100].split()[:8]


def pattern(word: str) -> str:
    """`word` as an ILIKE pattern that means nothing but itself."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _like(column: Any, wanted: str) -> _Like:
    caseless = wanted.lower() == wanted.upper()
    return _Like(column, Value(wanted, TextField()), arg_joiner=" LIKE " if caseless else " ILIKE ")


def matching(words: Sequence[str]) -> QuerySet[Document]:
    """Documents that hold every word, unordered: the pairs narrow, ILIKE decides. No word: all of them.

    Of one or two Chinese characters the pairs say all there is to say.
    """
    found = Document.objects.order_by()
    for word in words:
        if narrowed := text.query_terms(word):
            found = found.filter(_Matches(F("bigrams"), Value(narrowed, TextField())))
            if text.is_told_by_pairs(word):
                continue
        anywhere = f"%{pattern(word)}%"
        found = found.filter(Q(_like(F("names"), anywhere)) | Q(_like(F("body"), anywhere)))
    return found


def lapsed_rulings_among(on: dt.date) -> QuerySet[Ruling]:
    """Demands on record whose legal basis has ended by a day."""
    return Ruling.objects.on_record().weakly_based(on).lapsed_on(on).order_by()


def judged(found: QuerySet[Document], choice: Choice) -> QuerySet[Document]:
    """Those that fit the facets of a choice, demands judged on its day."""
    columns = choice.facets()
    necessity = columns.get("necessity")
    if choice.on is None or necessity not in (LAPSED, Necessity.MANDATORY):
        return found.filter(**columns)
    ended = Q(kind=Kind.RULINGS, object_id__in=lapsed_rulings_among(choice.on).values("pk"))
    columns["necessity"] = Necessity.MANDATORY
    return found.filter(ended if necessity == LAPSED else ~ended, **columns)


def _closeness(words: Sequence[str]) -> Case:
    """0: a name is what was typed; 1: begins so; 2: holds it; 3: holds the first word; 4: the text."""
    whole = pattern(" ".join(words))
    lines = Concat(Value("\n"), F("names"), Value("\n"), output_field=TextField())
    return Case(
        When(_like(lines, f"%\n{whole}\n%"), then=0),
        When(_like(lines, f"%\n{whole}%"), then=1),
        When(_like(F("names"), f"%{whole}%"), then=2),
        When(_like(F("names"), f"%{pattern(words[0])}%"), then=3),
        default=4,
        output_field=IntegerField(),
    )


def search_documents(choice: Choice) -> QuerySet[Document]:
    """What fits the words and the facets; with words the closest first, without by kind."""
    words = words_of(choice.q)
    return _ranked(judged(matching(words), choice), words)


def _ranked(found: QuerySet[Document], words: Sequence[str]) -> QuerySet[Document]:
    if not words:
        return found.order_by("kind", "object_id")
    ranked = found.annotate(closeness=_closeness(words), size=Length("title"))
    return ranked.order_by("closeness", "size", "kind", "object_id")


def keys_of(choice: Choice, *, most: int) -> list[int]:
    """The keys of the first `most` of `search_documents`; nothing else of what is looked through is read."""
    return list(search_documents(choice).values_list("pk", flat=True)[:most])


def first_of_each(choice: Choice, *, n: int, kinds: Iterable[str]) -> list[int]:
    """The keys of the closest `n` documents of each of some kinds; without words of the first of each."""
    found = search_documents(choice)
    if words_of(choice.q):
        row = Window(RowNumber(), partition_by=["kind"], order_by=["closeness", "size", "object_id"])
        firsts = found.annotate(row=row).filter(row__lte=n)
        return [pk for pk, _row in firsts.values_list("pk", "row")]
    each = [found.filter(kind=kind).order_by("object_id").values("pk")[:n] for kind in kinds]
    return [row["pk"] for row in each[0].union(*each[1:], all=True)] if each else []


def documents(keys: Sequence[int]) -> list[Document]:
    """Documents with what a page shows of each, in the order of their keys; one query."""
    if not keys:
        return []
    found = Document.objects.select_related("region", "department").defer("bigrams").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def search_approvals(approvals: QuerySet[Approval], query: str) -> QuerySet[Approval]:
    """Approvals that hold every word of the query in their names, pinyin, initials or code, best first.

    The index of character pairs narrows, ILIKE decides: whatever ILIKE would answer is answered. Same name
    or code comes first, then names that begin so, then pinyin that begins so, then names that hold it.
    """
    words = words_of(query)
    if not words:
        return approvals
    found = approvals.filter(pk__in=matching(words).filter(kind=Kind.APPROVALS).values("object_id"))
    return found.annotate(rank=_rank(words[0])).order_by("rank", "pinyin", "pk")


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
    """Services whose names, pinyin, initials, kind or description hold every word of the query."""
    words = words_of(query)
    if not words:
        return services
    return services.filter(pk__in=matching(words).filter(kind=Kind.SERVICES).values("object_id"))
