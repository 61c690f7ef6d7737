"""Periods laid out along a time axis, as pure functions. Positions are percentages of the width. No ORM."""

import datetime as dt
from collections.abc import Callable, Sequence
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


LANE = 34  # the height of a lane of days: its label, then its bar
EDGE = 92  # percent of the width beyond which a mark would be cut off
WEEKS = 10  # up to so many weeks every Monday is marked, beyond them the first of every month


@dataclass(frozen=True, slots=True)
class Lane:
    """Bars in one line under one label: (start, end, tone) with [start, end) in days."""

    label: str
    bars: tuple[tuple[dt.date, dt.date, str], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A bar, or a run of days off, in percent of the width; `y` in pixels."""

    x: float
    width: float
    y: int
    tone: str


@dataclass(frozen=True, slots=True)
class DrawnLane:
    label: str
    y: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class DayDrawing:
    lanes: tuple[DrawnLane, ...]
    off: tuple[Slot, ...]
    marks: tuple[Mark, ...]
    height: int
    axis_y: int


def draw_days(
    lanes: Sequence[Lane], *, start: dt.date, end: dt.date, off: Sequence[tuple[dt.date, bool]]
) -> DayDrawing:
    """Lanes over an axis of the days [start, end). `off`: days not worked, and whether for a holiday."""
    span = max((end - start).days, 1)

    def at(day: dt.date) -> float:
        return round(min(max((day - start).days / span, 0), 1) * 100, 2)

    def slot(begin: dt.date, until: dt.date, y: int, tone: str) -> Slot:
        return Slot(at(begin), round(at(until) - at(begin), 2), y, tone)

    drawn = tuple(
        DrawnLane(lane.label, n * LANE, tuple(slot(a, b, n * LANE + 18, tone) for a, b, tone in lane.bars))
        for n, lane in enumerate(lanes)
    )
    day = dt.timedelta(days=1)
    free = tuple(slot(one, one + day, 0, "holiday" if holiday else "weekend") for one, holiday in off)
    axis = len(lanes) * LANE
    return DayDrawing(drawn, free, _day_marks(start, span, at), axis + 20, axis)


def _day_marks(start: dt.date, span: int, at: Callable[[dt.date], float]) -> tuple[Mark, ...]:
    days = [start + dt.timedelta(days=n) for n in range(span)]
    days = [day for day in days if at(day) <= EDGE]
    if span <= WEEKS * 7:
        every = 1 if span <= 5 * 7 else 2
        mondays = [day for day in days if day.weekday() == 0][::every]
        return tuple(Mark(at(day), f"{day.month}-{day.day:02d}") for day in mondays)
    firsts = [day for day in days if day.day == 1]
    every = max(len(firsts) // 6, 1)
    return tuple(Mark(at(day), f"{day.year}-{day.month:02d}") for day in firsts[::every])
