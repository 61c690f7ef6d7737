"""Measures of approvals: written by one person, published by another. Nothing published is overwritten."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import (
    MeasureByOnePerson,
    MeasureEmpty,
    MeasureNotADraft,
    MeasureOverlaps,
    MeasurePeriodEmpty,
    MeasureWithoutSource,
    NoteMissing,
    NotTheAuthor,
    PromiseBeyondLaw,
    TooEarly,
)
from ..models import Approval, Measure
from ..periods import left_of
from ..queries import approvals_outliving_measures, measures_stating_days

NUMBERS = ("trips", "papers", "committed_days", "statutory_days", "online_level", "fee")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure says. `start` and `end` are [start, end); days are working days, None is unknown."""

    start: dt.date
    source: str
    end: dt.date | None = None
    trips: int | None = None
    committed_days: int | None = None
    statutory_days: int | None = None
    online_level: int | None = None
    papers: int | None = None
    fee: Decimal | None = None
    reform: str = ""
    reform_en: str = ""

    def columns(self) -> dict[str, Any]:
        """The measure's columns.

        Raises MeasurePeriodEmpty, MeasureWithoutSource, MeasureEmpty and PromiseBeyondLaw.
        """
        if self.end is not None and self.end <= self.start:
            raise MeasurePeriodEmpty
        if not self.source.strip():
            raise MeasureWithoutSource
        if all(getattr(self, name) is None for name in NUMBERS):
            raise MeasureEmpty
        committed, statutory = self.committed_days, self.statutory_days
        if committed is not None and statutory is not None and committed > statutory:
            raise PromiseBeyondLaw
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("start", "end")}
        return {**said, "in_force": DateRange(self.start, self.end, "[)")}


@transaction.atomic
def draft_measure(*, approval: Approval, said: Measured, by: User, is_invented: bool = False) -> Measure:
    """Write a measure for a second person to publish. Raises what Measured.columns raises."""
    measure = Measure.objects.create(approval=approval, author=by, is_invented=is_invented, **said.columns())
    record(kind="registry.measure_drafted", subject=measure, actor=by, body=_body(measure))
    return measure


@transaction.atomic
def revise_measure(*, measure: Measure, said: Measured, by: User) -> Measure:
    """The author writes a draft anew; the approval stays.

    Raises MeasureNotADraft, NotTheAuthor and what Measured.columns raises.
    """
    draft = _locked_draft(measure)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    columns = said.columns()
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(columns))
    record(kind="registry.measure_revised", subject=draft, actor=by, body=_body(draft))
    return draft


@transaction.atomic
def return_measure(*, measure: Measure, note: str, by: User) -> Measure:
    """A second person sends a draft back. Raises MeasureNotADraft, MeasureByOnePerson and NoteMissing."""
    draft = _locked_draft(measure)
    if draft.author_id == by.pk:
        raise MeasureByOnePerson
    if not note.strip():
        raise NoteMissing
    record(kind="registry.measure_returned", subject=draft, actor=by, body={"note": note.strip()})
    return draft


@transaction.atomic
def publish_measure(*, measure: Measure, by: User, at: dt.datetime) -> Measure:
    """The second person publishes a draft in the place of the measures on record whose period it touches.

    Their `recorded` ends at `at`; what the draft leaves of their periods is recorded again. Where it speaks
    of the day of publication, the approval's committed days follow it.
    Raises MeasureNotADraft, MeasureByOnePerson, TooEarly and MeasureOverlaps.
    """
    draft = _locked_draft(measure)
    if draft.author_id == by.pk:
        raise MeasureByOnePerson
    approval = Approval.objects.select_for_update(no_key=True).get(pk=draft.approval_id)
    touched = list(
        Measure.objects.on_record().filter(approval=approval, in_force__overlap=draft.in_force).order_by("pk")
    )
    again: list[Measure] = []
    for standing in touched:
        _close(standing, at=at)
        again += [
            _record_again(standing, period=rest, at=at) for rest in left_of(standing.in_force, draft.in_force)
        ]
    _publish(draft, by=by, at=at)
    followed = follow_measures(approvals=[approval], on=timezone.localdate(at))
    said = _body(draft) | {"replaces": [m.urn for m in touched], "recorded_again": [m.urn for m in again]}
    said["committed_days_follow"] = bool(followed)
    record(kind="registry.measure_published", subject=draft, actor=by, body=said)
    return draft


@transaction.atomic
def withdraw_measure(*, measure: Measure, by: User, at: dt.datetime) -> Measure:
    """The author gives a draft up; the row stays. Raises MeasureNotADraft and NotTheAuthor."""
    draft = _locked_draft(measure)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    _close(draft, at=at)
    record(kind="registry.measure_withdrawn", subject=draft, actor=by, body={})
    return draft


def follow_measures(*, approvals: Sequence[Approval], on: dt.date) -> list[Approval]:
    """Bring approvals' committed days in line with the measures in force on a day; returns those changed.

    Where none in force states them, the figure of one that did before ends with it: the days are unknown. A
    figure no measure stated stays, and an invented measure changes nothing. Part of another transaction.
    """
    keys = [approval.pk for approval in approvals]
    stated = measures_stating_days(on=on).filter(approval__in=keys)
    days: dict[int, int | None] = dict(stated.values_list("approval", "committed_days"))
    ended = approvals_outliving_measures(on=on).filter(pk__in=keys)
    days |= dict.fromkeys(ended.values_list("pk", flat=True))
    changed = [a for a in approvals if a.pk in days and a.committed_days != days[a.pk]]
    for approval in changed:
        approval.committed_days = days[approval.pk]
    Approval.objects.bulk_update(changed, ["committed_days"], batch_size=500)
    return changed


@transaction.atomic
def follow_measure(*, approval: Approval, on: dt.date) -> bool:
    """On the day a measure begins or ends, the approval's days follow it. False where they already do."""
    locked = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
    if not follow_measures(approvals=[locked], on=on):
        return False
    body = {"on": on.isoformat(), "committed_days": locked.committed_days}
    record(kind="registry.approval_followed_measure", subject=locked, actor=None, body=body)
    return True


def _locked_draft(measure: Measure) -> Measure:
    draft = Measure.objects.select_for_update(of=("self",), no_key=True).get(pk=measure.pk)
    if draft.published_at is not None or draft.recorded.upper is not None:
        raise MeasureNotADraft
    return draft


def _close(measure: Measure, *, at: dt.datetime) -> None:
    if at <= measure.recorded.lower:
        raise TooEarly
    measure.recorded = DateTimeTZRange(measure.recorded.lower, at, "[)")
    measure.save(update_fields=["recorded"])


def _publish(measure: Measure, *, by: User, at: dt.datetime) -> None:
    measure.reviewer, measure.published_at = by, at
    measure.recorded = DateTimeTZRange(at, None, "[)")
    try:
        with transaction.atomic():
            measure.save(update_fields=["reviewer", "published_at", "recorded"])
    except IntegrityError as refusal:
        if "measure_one_in_force_at_a_time" in str(refusal):
            raise MeasureOverlaps from refusal
        raise


def _record_again(old: Measure, *, period: DateRange, at: dt.datetime) -> Measure:
    """The old measure once more, for a part of its period."""
    copied = Measure.objects.get(pk=old.pk)
    copied.pk, copied._state.adding = None, True
    copied.in_force, copied.published_at = period, at
    copied.recorded = DateTimeTZRange(at, None, "[)")
    copied.save(force_insert=True)
    return copied


def _body(measure: Measure) -> dict[str, Any]:
    """What a measure says, whole, for the ledger."""
    period = measure.in_force
    said = {name: getattr(measure, name) for name in (*NUMBERS, "reform", "reform_en", "source")}
    return {
        **said,
        "fee": None if measure.fee is None else str(measure.fee),
        "approval": measure.approval.urn,
        "start": period.lower.isoformat(),
        "end": period.upper.isoformat() if period.upper else None,
        "is_invented": measure.is_invented,
    }
