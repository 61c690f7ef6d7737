"""What waits for editors, and what stands in a draft's way."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of

from ..models import Consultation, Measure, Ruling, ZoneAssessment, guards

LAPSE_NOTED = "registry.ruling_basis_lapsed"
PUBLICATION_REFUSED = "registry.publication_refused"
RETURNED = ("registry.ruling_returned", "registry.assessment_returned", "registry.measure_returned")
TAKEN_UP = (
    "registry.ruling_revised",
    "registry.ruling_submitted",
    "registry.assessment_revised",
    "registry.measure_revised",
)


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
        .select_related("service", "region", "approval", "author", "legal_reviewer", "scheduled_by")
        .order_by("created_at", "pk")
    )


def with_consultation(drafts: QuerySet[Ruling], *, now: dt.datetime) -> QuerySet[Ruling]:
    """Drafts with `consulted_until`: until when comments on them may come in, None where none may."""
    open_now = Consultation.objects.open_at(now).filter(ruling=OuterRef("pk")).order_by("-closes_at")
    return drafts.annotate(consulted_until=Subquery(open_now.values("closes_at")[:1]))


def returned_notes(drafts: Sequence[Ruling | Measure | ZoneAssessment]) -> dict[int, str]:
    """The note with which a draft was returned, by the draft's key; drafts revised since are left out."""
    keys = {draft.urn: draft.pk for draft in drafts}
    notes: dict[int, str] = {}
    for entry in Entry.objects.filter(subject__in=keys).order_by("pk"):
        if entry.kind in RETURNED:
            notes[keys[entry.subject]] = str(body_of(entry).get("note", ""))
        elif entry.kind in TAKEN_UP:
            notes.pop(keys[entry.subject], None)
    return notes


def scheduled() -> QuerySet[Ruling]:
    """Drafts with a time of publication, the next one first."""
    return drafts().filter(publish_at__isnull=False).order_by("publish_at", "pk")


def due_for_publication(*, now: dt.datetime) -> QuerySet[Ruling]:
    """Drafts whose time of publication has come."""
    return scheduled().filter(publish_at__lte=now)


def refused_publications(drafts: Sequence[Ruling]) -> dict[int, str]:
    """Why the last publication at a set time was refused, as the refusal's name, by the draft's key.

    What was revised, returned, reviewed or scheduled since is left out.
    """
    keys = {draft.urn: draft.pk for draft in drafts}
    refused: dict[int, str] = {}
    for entry in Entry.objects.filter(subject__in=keys).order_by("pk"):
        if entry.kind == PUBLICATION_REFUSED:
            refused[keys[entry.subject]] = str(body_of(entry).get("refusal", ""))
        else:
            refused.pop(keys[entry.subject], None)
    return refused
