"""What a zone has had assessed: drafted, published by a second person, ended. One ledger entry each."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import (
    AssessmentEndsTooEarly,
    AssessmentIncomplete,
    AssessmentNotADraft,
    AssessmentOverlaps,
    AssessmentPeriodEmpty,
    EndOutsidePeriod,
    NoteMissing,
    NotPublished,
    NotTheAuthor,
    SamePersonAssessed,
)
from ..models import Effect, Provision, Service, Zone, ZoneAssessment


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessment of a zone says. `start` and `end` are [start, end), or without an end."""

    zone: Zone
    service: Service
    report: str
    effect: Effect | str
    provision: Provision
    source: str
    start: dt.date
    end: dt.date | None = None
    note: str = ""
    note_en: str = ""

    def columns(self) -> dict[str, Any]:
        """The assessment's columns. Raises AssessmentPeriodEmpty and AssessmentIncomplete."""
        if self.end is not None and self.end <= self.start:
            raise AssessmentPeriodEmpty
        if not self.report.strip() or not self.source.strip():
            raise AssessmentIncomplete
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("start", "end")}
        return {**said, "valid": DateRange(self.start, self.end, "[)")}


@transaction.atomic
def draft_assessment(*, said: Assessed, by: User) -> ZoneAssessment:
    """Write an assessment for a second person to publish; until then it changes nothing.

    Raises AssessmentPeriodEmpty and AssessmentIncomplete.
    """
    made = ZoneAssessment.objects.create(author=by, **said.columns())
    record(kind="registry.assessment_drafted", subject=made, actor=by, body=_body(made))
    return made


@transaction.atomic
def revise_assessment(*, assessment: ZoneAssessment, said: Assessed, by: User) -> ZoneAssessment:
    """The author writes a draft anew.

    Raises AssessmentNotADraft, NotTheAuthor and what draft_assessment raises.
    """
    draft = _locked_draft(assessment)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    columns = said.columns()
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(columns))
    record(kind="registry.assessment_revised", subject=draft, actor=by, body=_body(draft))
    return draft


@transaction.atomic
def return_assessment(*, assessment: ZoneAssessment, note: str, by: User) -> ZoneAssessment:
    """A second person sends a draft back. Raises AssessmentNotADraft, SamePersonAssessed and NoteMissing."""
    draft = _locked_draft(assessment)
    if draft.author_id == by.pk:
        raise SamePersonAssessed
    if not note.strip():
        raise NoteMissing
    record(kind="registry.assessment_returned", subject=draft, actor=by, body={"note": note.strip()})
    return draft


@transaction.atomic
def withdraw_assessment(*, assessment: ZoneAssessment, by: User, at: dt.datetime) -> ZoneAssessment:
    """The author gives a draft up; the row stays. Raises AssessmentNotADraft and NotTheAuthor."""
    draft = _locked_draft(assessment)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    draft.withdrawn_at = at
    draft.save(update_fields=["withdrawn_at"])
    record(kind="registry.assessment_withdrawn", subject=draft, actor=by, body={})
    return draft


@transaction.atomic
def publish_assessment(*, assessment: ZoneAssessment, by: User, at: dt.datetime) -> ZoneAssessment:
    """The second person publishes a draft; from `at` the need check counts it on the days it is valid.

    Raises AssessmentNotADraft, SamePersonAssessed, and AssessmentOverlaps where another published
    assessment of the matter is valid in the zone on one of its days.
    """
    draft = _locked_draft(assessment)
    if draft.author_id == by.pk:
        raise SamePersonAssessed
    draft.reviewer, draft.published_at = by, at
    try:
        with transaction.atomic():
            draft.save(update_fields=["reviewer", "published_at"])
    except IntegrityError as refusal:
        if "zone_assessed_once_at_a_time" in str(refusal):
            raise AssessmentOverlaps from refusal
        raise
    record(kind="registry.assessment_published", subject=draft, actor=by, body=_body(draft))
    return draft


@transaction.atomic
def end_assessment(
    *, assessment: ZoneAssessment, on: dt.date, reason: str, by: User, at: dt.date
) -> ZoneAssessment:
    """A person who did not write it ends a published assessment: `on` is the first day it no longer holds.

    `at` is today: what held on days gone by is not taken back. Raises NotPublished, SamePersonAssessed,
    NoteMissing, AssessmentEndsTooEarly for a day gone by, and EndOutsidePeriod for one on which it could
    not end.
    """
    found = ZoneAssessment.objects.select_for_update(of=("self",), no_key=True).get(pk=assessment.pk)
    if found.published_at is None:
        raise NotPublished
    if found.author_id == by.pk:
        raise SamePersonAssessed
    if not reason.strip():
        raise NoteMissing
    if on < at:
        raise AssessmentEndsTooEarly
    if on <= found.valid.lower or (found.valid.upper is not None and on >= found.valid.upper):
        raise EndOutsidePeriod
    found.valid = DateRange(found.valid.lower, on, "[)")
    found.save(update_fields=["valid"])
    body = {"on": on.isoformat(), "reason": reason.strip()}
    record(kind="registry.assessment_ended", subject=found, actor=by, body=body)
    return found


def _locked_draft(assessment: ZoneAssessment) -> ZoneAssessment:
    draft = ZoneAssessment.objects.select_for_update(of=("self",), no_key=True).get(pk=assessment.pk)
    if draft.published_at is not None or draft.withdrawn_at is not None:
        raise AssessmentNotADraft
    return draft


def _body(assessment: ZoneAssessment) -> dict[str, Any]:
    """What an assessment says, whole, for the ledger."""
    period = assessment.valid
    return {
        "zone": assessment.zone.urn,
        "service": assessment.service.urn,
        "report": assessment.report,
        "start": period.lower.isoformat(),
        "end": period.upper.isoformat() if period.upper else None,
        "effect": str(assessment.effect),
        "provision": assessment.provision.urn,
        "note": assessment.note,
        "note_en": assessment.note_en,
        "source": assessment.source,
    }
