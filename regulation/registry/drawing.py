"""Periods laid out along a time axis, as pure functions. Positions are percentages of the width. No ORM."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

ROW = 30  # the height of a lane
MARGIN = 0.06  # how far the axis goes on beyond the last day
TICKS = (1, 2, 5, 10, 20, 50)  # years between two marks of the axis


@dataclass(frozen=True, slots=True)
class Era:
    """A period [start, end) to draw; an open end runs to the edge. `tone` is the class of its bar."""

    start: dt.date
    end: dt.date | None
    label: str
    tone: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    era: Era
    x: float
    width: float
    y: int

    @property
    def late(self) -> bool:
        """Whether the bar begins in the right half, so that its label ends at the edge instead."""
        return self.x > 50


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    today_x: float
    height: int


def draw(eras: Sequence[Era], *, today: dt.date) -> Drawing:
    """One lane a period, in the order given, over an axis of years that holds today. Empty for no periods."""
    if not eras:
        return Drawing((), (), 0, 0)
    first = min(era.start for era in eras)
    ends = [era.end or era.start for era in eras]
    last = max([today, *ends])
    span = max((last - first).days, 30) * (1 + MARGIN)

    def at(day: dt.date) -> float:
        return round((day - first).days / span * 100, 2)

    bars = []
    for n, era in enumerate(eras):
        right = at(era.end) if era.end else 100.0
        bars.append(Bar(era, at(era.start), max(round(right - at(era.start), 2), 0.5), n * ROW))
    step = next((n for n in TICKS if (last.year - first.year) / n <= 5), TICKS[-1])
    years = range(first.year + 1, last.year + 1)
    marks = [Mark(at(dt.date(y, 1, 1)), str(y)) for y in years if y % step == 0]
    return Drawing(tuple(bars), tuple(marks), at(today), len(eras) * ROW + 24)
