"""Reads of the registry: what is required where, on which day, as said when."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Entity, Region
from regulation.parties.queries import region_and_parents

from . import text
from .models import (
    Approval,
    AreaAssessmentMatter,
    CalendarDay,
    Provision,
    Ruling,
    RulingBasis,
    Service,
    guards,
)
from .workdays import WorkingCalendar

LAPSE_NOTED = "registry.ruling_basis_lapsed"
GENERAL_RULES = "通则"  # the category of entries that are rules about services, not services


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


def services_of(approval: Approval) -> QuerySet[Service]:
    """The services that rulings join to an approval, or whose output its papers plainly are."""
    return Service.objects.filter(
        Q(rulings__approval=approval, rulings__published_at__isnull=False) | Q(materials__approval=approval)
    ).distinct()


def _bases() -> "Prefetch[str, QuerySet[RulingBasis], str]":
    return Prefetch("bases", RulingBasis.objects.select_related("provision__instrument"))


def rulings_for(
    *,
    approval: Approval | None,
    services: Iterable[Service],
    region: Region,
    on: dt.date,
    said_at: dt.datetime | None = None,
) -> dict[int, Ruling]:
    """For each service the ruling that holds on a day, by the service's key; those without one are absent.

    The nearest region wins, then its parents; in one region a ruling on the approval beats one on the service
    alone. `said_at` asks what this site said at a moment; without it, what it says now.
    """
    nearest = {code: rank for rank, code in enumerate(region_and_parents(region.code))}
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    about = Q(approval__isnull=True) | Q(approval=approval) if approval else Q(approval__isnull=True)
    found = (
        rulings.in_force_on(on)
        .judged_on(on)
        .filter(about, service__in=list(services), region__in=list(nearest))
        .select_related("service", "region", "approval")
        .prefetch_related(_bases())
    )
    best: dict[int, Ruling] = {}
    for ruling in sorted(found, key=lambda r: (nearest[r.region_id], r.approval_id is None, r.pk)):
        best.setdefault(ruling.service_id, ruling)
    return best


def verdict_for(
    *,
    approval: Approval | None,
    service: Service,
    region: Region,
    on: dt.date,
    said_at: dt.datetime | None = None,
) -> Ruling | None:
    """The one ruling on a service that holds on a day, or None where none is on record."""
    found = rulings_for(approval=approval, services=[service], region=region, on=on, said_at=said_at)
    return found.get(service.pk)


def area_matters_for(services: Iterable[Service], region: Region) -> dict[int, list[AreaAssessmentMatter]]:
    """Matters a region, or a parent of it, may have assessed for a whole zone, by service."""
    matters: dict[int, list[AreaAssessmentMatter]] = {}
    found = AreaAssessmentMatter.objects.filter(
        service__in=list(services), region__in=region_and_parents(region.code)
    ).select_related("provision__instrument", "region")
    for matter in found:
        if matter.service_id is not None:
            matters.setdefault(matter.service_id, []).append(matter)
    return matters


def history_of(ruling: Ruling) -> QuerySet[Ruling]:
    """All that this site ever published on the same approval, service and region, newest first."""
    same = Ruling.objects.published().filter(service=ruling.service_id, region=ruling.region_id)
    return (
        same.filter(approval=ruling.approval_id)
        .select_related("service", "region")
        .order_by("-in_force", "-recorded", "-pk")
    )


def rulings_on(service: Service, *, on: dt.date, said_at: dt.datetime | None = None) -> QuerySet[Ruling]:
    """Every ruling in force on a service on a day: the country first, the service alone before its pairs."""
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    return (
        rulings.in_force_on(on)
        .judged_on(on)
        .filter(service=service)
        .select_related("approval", "region", "service")
        .prefetch_related(_bases())
        .order_by("region__depth", "region", F("approval__pinyin").asc(nulls_first=True), "pk")
    )


def resting_on(provision: Provision, *, on: dt.date) -> QuerySet[Ruling]:
    """Rulings on record that cite a provision, each judged on a day."""
    return (
        Ruling.objects.on_record()
        .judged_on(on)
        .filter(bases__provision=provision)
        .select_related("service", "region", "approval")
        .order_by("service__pinyin", "region", "pk")
    )


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


def lapsed_rulings(*, on: dt.date) -> QuerySet[Ruling]:
    """Demands on record whose legal basis has ended by a day (优化营商环境条例 43), nationwide ones first."""
    return (
        Ruling.objects.on_record()
        .in_force_on(on)
        .lapsed_on(on)
        .select_related("service", "region", "approval")
        .order_by("region__depth", "region", "service__pinyin", "pk")
    )


def lapse_is_noted(ruling: Ruling) -> bool:
    """Whether the ledger says that the basis of this ruling has ended."""
    return Entry.objects.filter(subject=ruling.urn, kind=LAPSE_NOTED).exists()


def has_lawful_basis(ruling: Ruling, *, on: dt.date) -> bool:
    """Whether a ruling demands nothing, or cites a law, administrative regulation or State Council decision
    of which both the article and the instrument are in force on a day."""
    return not Ruling.objects.filter(pk=ruling.pk).lapsed_on(on).exists()


def in_the_way_of(draft: Ruling) -> QuerySet[Ruling]:
    """Rulings on record on the same approval, service and region whose period in force touches a draft's."""
    same = Ruling.objects.on_record().filter(
        approval=draft.approval_id, service=draft.service_id, region=draft.region_id
    )
    return same.filter(in_force__overlap=draft.in_force).exclude(pk=draft.pk).order_by("in_force", "pk")


def harder_than_above(ruling: Ruling) -> list[tuple[Ruling, Ruling]]:
    """Pairs on record, a ruling's region in each: the first asks for more than the second, of a region above.

    The trigger `not_harder` holds the database to the same question.
    """
    sql = guards.harder_than_above(service="%(service)s", region="%(region)s")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"service": ruling.service_id, "region": ruling.region_id})
        pairs = cursor.fetchall()
    found = Ruling.objects.select_related("service", "region").in_bulk({pk for pair in pairs for pk in pair})
    return [(found[low], found[up]) for low, up in pairs]


def drafts() -> QuerySet[Ruling]:
    """Rulings that wait for a second person: neither published nor withdrawn, oldest first."""
    return (
        Ruling.objects.filter(published_at__isnull=True, recorded__upper_inf=True)
        .select_related("service", "region", "approval", "author")
        .order_by("created_at", "pk")
    )


def returned_notes(drafts: Sequence[Ruling]) -> dict[int, str]:
    """The note with which a draft was returned, by the draft's key; drafts revised since are left out."""
    keys = {draft.urn: draft.pk for draft in drafts}
    notes: dict[int, str] = {}
    for entry in Entry.objects.filter(subject__in=keys).order_by("pk"):
        if entry.kind == "registry.ruling_returned":
            notes[keys[entry.subject]] = str(body_of(entry)["note"])
        else:
            notes.pop(keys[entry.subject], None)
    return notes


def working_calendar(*, since: dt.date) -> WorkingCalendar:
    """The State Council's working calendar from the year of `since` on, for counting time limits."""
    days = CalendarDay.objects.filter(day__gte=dt.date(since.year, 1, 1)).order_by("day")
    exceptions = dict(days.values_list("day", "working"))
    known_until = dt.date(max(exceptions).year, 12, 31) if exceptions else None
    return WorkingCalendar(exceptions, known_until)
