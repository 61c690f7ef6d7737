"""What a ruling says, and how it is put on the ledger."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from ..errors import DaysWithoutKind, EmptyPeriod, NotADraft, SourceMissing, TooEarly
from ..models import Condition, DayKind, Necessity, Payer, PriceRegime, Provision, Ruling, RulingBasis


@dataclass(frozen=True, slots=True)
class Wording:
    """What a ruling says. `start` and `end` are [start, end) in law; an open end is until replaced."""

    necessity: Necessity
    reason: str
    source: str
    start: dt.date
    end: dt.date | None = None
    reason_en: str = ""
    payer: Payer | str = ""
    conditions: str = ""
    conditions_en: str = ""
    condition: Condition | None = None
    days: int | None = None
    day_kind: DayKind | str = ""
    counts_in_clock: bool | None = None
    price_regime: PriceRegime | str = ""
    follow_up: str = ""
    follow_up_en: str = ""
    risk: str = ""
    risk_en: str = ""
    note: str = ""
    note_en: str = ""

    def columns(self) -> dict[str, Any]:
        """The ruling's columns. Raises EmptyPeriod, SourceMissing and DaysWithoutKind."""
        if self.end is not None and self.end <= self.start:
            raise EmptyPeriod
        if not self.source.strip():
            raise SourceMissing
        if bool(self.days) != bool(self.day_kind):
            raise DaysWithoutKind
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("start", "end")}
        return {**said, "in_force": DateRange(self.start, self.end, "[)")}


def locked_draft(ruling: Ruling) -> Ruling:
    draft = Ruling.objects.select_for_update(of=("self",), no_key=True).get(pk=ruling.pk)
    if draft.published_at is not None or draft.recorded.upper is not None:
        raise NotADraft
    return draft


def close(ruling: Ruling, *, at: dt.datetime) -> None:
    if at <= ruling.recorded.lower:
        raise TooEarly
    ruling.recorded = DateTimeTZRange(ruling.recorded.lower, at, "[)")
    ruling.save(update_fields=["recorded"])


def rest_on(ruling: Ruling, provisions: Sequence[Provision]) -> None:
    RulingBasis.objects.bulk_create(
        RulingBasis(ruling=ruling, provision=provision, position=n) for n, provision in enumerate(provisions)
    )


def basis_of(ruling: Ruling) -> list[Provision]:
    return [basis.provision for basis in ruling.bases.select_related("provision").order_by("position")]


def body(ruling: Ruling, provisions: Sequence[Provision]) -> dict[str, Any]:
    """What a ruling says, whole, for the ledger."""
    period = ruling.in_force
    said = {
        name: getattr(ruling, name) for name in Wording.__dataclass_fields__ if name not in ("start", "end")
    }
    return {
        **{name: str(value) if isinstance(value, str) else value for name, value in said.items()},
        "condition": ruling.condition_id,
        "approval": ruling.approval.urn if ruling.approval else None,
        "service": ruling.service.urn,
        "region": ruling.region_id,
        "start": period.lower.isoformat(),
        "end": period.upper.isoformat() if period.upper else None,
        "provisions": [provision.urn for provision in provisions],
    }
