"""Adopting practices. One verb, one transaction, one ledger entry."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from regulation.ledger.operations import record
from regulation.parties.models import Region, User

from .models import Adoption, PracticePage
from .refusals import AdoptionWithoutSource, AlreadyAdopted, NotAdopted, OwnPractice


@transaction.atomic
def adopt_practice(
    *,
    practice: PracticePage,
    region: Region,
    since: dt.date,
    source: str,
    by: User,
    note: str = "",
    is_invented: bool = False,
) -> Adoption:
    """Say that a region follows another's practice since a day.

    Raises OwnPractice, AdoptionWithoutSource and AlreadyAdopted.
    """
    if practice.region_id == region.pk:
        raise OwnPractice
    if not source.strip():
        raise AdoptionWithoutSource
    try:
        with transaction.atomic():
            adoption = Adoption.objects.create(
                practice=practice.translation_key,
                region=region,
                since=since,
                by=by,
                note=note.strip(),
                source=source.strip(),
                is_invented=is_invented,
            )
    except IntegrityError as refusal:
        if "practice_adopted_once_by_a_region" in str(refusal):
            raise AlreadyAdopted from refusal
        raise
    body = {
        "practice": practice.urn,
        "region": region.pk,
        "since": since.isoformat(),
        "note": adoption.note,
        "source": adoption.source,
        "is_invented": is_invented,
    }
    record(kind="cms.practice_adopted", subject=adoption, actor=by, body=body)
    return adoption


@transaction.atomic
def take_back_adoption(*, practice: PracticePage, region: Region, by: User, at: dt.datetime) -> Adoption:
    """A region no longer follows a practice; what it said stays on record until `at`. Raises NotAdopted."""
    standing = Adoption.objects.standing().filter(practice=practice.translation_key, region=region)
    adoption = standing.select_for_update(no_key=True).first()
    if adoption is None or at <= adoption.recorded.lower:
        raise NotAdopted
    adoption.recorded = DateTimeTZRange(adoption.recorded.lower, at, "[)")
    adoption.save(update_fields=["recorded"])
    record(kind="cms.adoption_taken_back", subject=adoption, actor=by, body={})
    return adoption
