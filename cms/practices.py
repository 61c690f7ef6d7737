"""What a practice changed, computed from the measures of approvals; nothing of it is typed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regulation.registry.change import Change, around, changes
from regulation.registry.models import Approval, Measure
from regulation.registry.queries import measures_of, same_approvals

from .models import Adoption


@dataclass(frozen=True, slots=True)
class Measured:
    """One approval before and after a day; both None unless it was measured on both sides."""

    approval: Approval
    before: Measure | None
    after: Measure | None
    changes: list[Change]

    @property
    def is_invented(self) -> bool:
        return any(measure is not None and measure.is_invented for measure in (self.before, self.after))


@dataclass(frozen=True, slots=True)
class Adopted:
    """An adoption with what changed for the same approvals there."""

    adoption: Adoption
    measured: list[Measured]


def measured(
    approvals: Iterable[Approval], found: dict[int, list[Measure]], since: dt.date | None
) -> list[Measured]:
    """Each approval with its change round a day; without a day nothing can be measured."""
    rows = []
    for approval in approvals:
        pair = around(found.get(approval.pk, []), since) if since else None
        before, after = pair or (None, None)
        rows.append(Measured(approval, before, after, changes(before, after) if before and after else []))
    return rows


def adopted(adoptions: Sequence[Adoption], approvals: Sequence[Approval]) -> list[Adopted]:
    """Each adoption with the same approvals of its region, measured round the day it began."""
    there = same_approvals(approvals, regions={adoption.region_id for adoption in adoptions})
    found = measures_of(there)
    return [
        Adopted(one, measured([a for a in there if a.region_id == one.region_id], found, one.since))
        for one in adoptions
    ]
