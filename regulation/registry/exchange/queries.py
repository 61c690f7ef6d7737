"""Reads of imports and of what they wrote."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, F, Q, QuerySet

from ..models import Import, ImportedRow, ImportState, Ruling


def imports() -> QuerySet[Import]:
    """All imports, newest first, without their files; each with `waiting`, its drafts nobody has settled."""
    open_drafts = Q(written__ruling__published_at__isnull=True, written__ruling__recorded__upper_inf=True)
    return (
        Import.objects.defer("content", "sample")
        .select_related("by")
        .annotate(waiting=Count("written", filter=open_drafts & Q(written__ruling__isnull=False)))
        .order_by("-pk")
    )


def waiting_imports() -> QuerySet[Import]:
    """Imports of which a draft still waits for somebody, newest first."""
    rows = ImportedRow.objects.filter(
        ruling__isnull=False, ruling__published_at__isnull=True, ruling__recorded__upper_inf=True
    )
    return imports().filter(pk__in=rows.order_by().values("of"))


def reports() -> QuerySet[Import]:
    """All imports with the sample of what they change, without their files."""
    return imports().defer(None).defer("content")


def unfinished_imports(*, before: dt.datetime) -> Iterator[int]:
    """Imports uploaded before a moment that still wait for a worker."""
    waits = (ImportState.WAITING, ImportState.CONFIRMED)
    found = Import.objects.filter(state__in=waits, created_at__lt=before).order_by("pk")
    return found.values_list("pk", flat=True).iterator()


def drafts_of(job: Import) -> QuerySet[ImportedRow]:
    """The rows of an import whose drafts still wait for a second person."""
    return (
        ImportedRow.objects.filter(
            of=job, ruling__isnull=False, ruling__published_at__isnull=True, ruling__recorded__upper_inf=True
        )
        .select_related("ruling__service", "ruling__region", "ruling__approval", "ruling__author")
        .order_by("row")
    )


def rulings_on_record() -> QuerySet[Ruling]:
    """What an export of rulings holds: all that this site says, of every period in law."""
    return Ruling.objects.on_record().order_by(
        "service__code", "region", F("approval__ref").asc(nulls_first=True), "in_force", "pk"
    )
