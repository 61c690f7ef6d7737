"""Two measures of one approval, before and after, as pure functions. No ORM, no clock."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

Number = int | Decimal


class Stated(Protocol):
    """What a measure states; None where it does not."""

    trips: int | None
    papers: int | None
    committed_days: int | None
    statutory_days: int | None
    online_level: int | None
    fee: Decimal | None


class Dated(Protocol):
    """What holds during a period [start, end) that has a start."""

    in_force: Any


D = TypeVar("D", bound=Dated)

FIGURES: tuple[tuple[str, Any, bool], ...] = (
    ("trips", _("Trips to the office"), True),
    ("papers", _("Papers"), True),
    ("committed_days", _("Committed working days"), True),
    ("statutory_days", _("Working days the law allows"), True),
    ("online_level", _("Online level"), False),
    ("fee", _("Fee (yuan)"), True),
)
"""Name, what it is called, and whether less is better."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after a reform; None is unknown."""

    figure: str
    label: Any
    before: Number | None
    after: Number | None
    less_is_better: bool

    @property
    def difference(self) -> Number | None:
        """After less before; None unless both are known."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def better(self) -> bool | None:
        """Whether the applicant gained; None where nothing changed or one side is unknown."""
        moved = self.difference
        if not moved:
            return None
        return (moved < 0) == self.less_is_better


def changes(before: Stated, after: Stated) -> list[Change]:
    """Every figure that either measure states, in the order of the page."""
    found = (
        Change(name, label, getattr(before, name), getattr(after, name), less)
        for name, label, less in FIGURES
    )
    return [change for change in found if change.before is not None or change.after is not None]


def around(measures: Iterable[D], since: dt.date) -> tuple[D, D] | None:
    """The last that began before a day and the first that began on or after it; None where one is missing."""
    by_start = sorted(measures, key=lambda measure: measure.in_force.lower)
    before = [measure for measure in by_start if measure.in_force.lower < since]
    after = [measure for measure in by_start if measure.in_force.lower >= since]
    return (before[-1], after[0]) if before and after else None
