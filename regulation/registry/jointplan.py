"""Several assessments of one project, side by side through the stages of a joint review scheme (多评合一).

Pure functions. No ORM, no clock. Time limits are counted by the State Council's working calendar.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .workdays import DAY, WorkingCalendar

PREPARATION = "preparation"
SIDE_BY_SIDE = frozenset({PREPARATION, "review", "approval"})


@dataclass(frozen=True, slots=True)
class Limit:
    """A stage of the scheme: what is done in it, and its limit in working days, None where it names none.

    `stage` is passed through.
    """

    kind: str
    days: int | None
    stage: Any = None


@dataclass(frozen=True, slots=True)
class Needed:
    """An assessment the project needs, and in how many days it is prepared; None where none is on record.

    Days are working days, or days of the calendar where `working` is False. `item` is passed through.
    """

    item: Any
    days: int | None = None
    working: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in days. `days` are the working days counted; `certain`: the calendar is known."""

    start: dt.date
    end: dt.date
    days: int
    certain: bool

    @property
    def last(self) -> dt.date:
        return self.end - DAY


@dataclass(frozen=True, slots=True)
class Dated:
    """A stage with its dates; no span from the first stage on whose length is not known.

    `over`: by how many working days the longest known preparation goes beyond the scheme's limit.
    """

    limit: Limit
    span: Span | None
    over: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """One assessment. `own` is its preparation where its days are known, with `over` beyond the limit."""

    needed: Needed
    own: Span | None = None
    over: int = 0


@dataclass(frozen=True, slots=True)
class JointPlan:
    """The stages in order, the assessments side by side, and what both come to in working days.

    `together` counts from the start to the end of the last stage, None where a stage names no limit.
    `one_by_one` is the same stages gone through by each assessment alone, one after another: its own days of
    preparation where they are known, else the scheme's limit.
    """

    start: dt.date
    stages: tuple[Dated, ...]
    tracks: tuple[Track, ...]
    together: int | None
    one_by_one: int | None
    known_until: dt.date | None

    @property
    def end(self) -> dt.date | None:
        """The last day of the last stage; None where a stage names no limit."""
        last = self.stages[-1].span if self.stages else None
        return last.last if last else None

    @property
    def saved(self) -> int | None:
        if self.together is None or self.one_by_one is None:
            return None
        return self.one_by_one - self.together

    @property
    def certain(self) -> bool:
        """Whether every dated stage lies in years whose calendar is known."""
        return all(one.span.certain for one in self.stages if one.span)

    @property
    def unknown(self) -> int:
        """For how many assessments nothing on record says how long preparation takes."""
        return sum(track.needed.days is None for track in self.tracks)


def make_joint_plan(
    *, start: dt.date, stages: Sequence[Limit], needed: Sequence[Needed], calendar: WorkingCalendar
) -> JointPlan:
    """Date the stages from the day the application is handed in, which is not itself counted.

    Stages follow one another; each begins on the next working day after the one before ended. Preparation
    lasts as long as the scheme allows, or as the longest known preparation where that is longer.
    """
    dated: list[Dated] = []
    tracks = tuple(Track(one) for one in needed)
    at: dt.date | None = start
    for limit in stages:
        if at is None or limit.days is None:
            dated.append(Dated(limit, None))
            at = None
            continue
        days = limit.days
        if limit.kind == PREPARATION:
            tracks = tuple(_track(one, at, limit.days, calendar) for one in needed)
            days = max([limit.days, *(limit.days + track.over for track in tracks)])
        span = _span(at, days, calendar)
        dated.append(Dated(limit, span, days - limit.days))
        at = span.last
    together = sum(one.span.days for one in dated if one.span) if at is not None else None
    return JointPlan(start, tuple(dated), tracks, together, _one_by_one(stages, tracks), calendar.known_until)


def _span(begun: dt.date, days: int, calendar: WorkingCalendar) -> Span:
    """From the first working day after `begun` until so many have been counted; empty for none."""
    last = calendar.after(begun, days)
    first = calendar.next_working(begun) if days else begun + DAY
    return Span(first, last + DAY, days, calendar.is_certain(last))


def _track(needed: Needed, begun: dt.date, limit: int, calendar: WorkingCalendar) -> Track:
    if needed.days is None:
        return Track(needed)
    if needed.working:
        own = _span(begun, needed.days, calendar)
    else:
        last = begun + DAY * needed.days
        worked = calendar.count(begun + DAY, last + DAY)
        own = Span(begun + DAY, last + DAY, worked, calendar.is_certain(last))
    return Track(needed, own, max(own.days - limit, 0))


def _one_by_one(stages: Sequence[Limit], tracks: Sequence[Track]) -> int | None:
    if any(limit.days is None for limit in stages):
        return None
    return sum(
        track.own.days if track.own and limit.kind == PREPARATION else limit.days or 0
        for track in tracks
        for limit in stages
    )
