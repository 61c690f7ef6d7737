"""Time limits as pure functions: when a limit that began at a moment ends. No ORM, no clock.

A limit in days ends with its last day; where that is no working day, with the next one that is (民法典 203).
The day on which it begins is not counted. The end is exclusive: midnight after the last day, in Shanghai.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from regulation.registry.workdays import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)


class Unit(StrEnum):
    SECONDS = "seconds"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit."""

    amount: int
    unit: Unit


def ends(start: dt.datetime, limit: Limit, calendar: WorkingCalendar) -> dt.datetime:
    """The first moment after the limit."""
    if limit.unit == Unit.SECONDS:
        return start + dt.timedelta(seconds=limit.amount)
    if limit.unit == Unit.HOURS:
        return start + dt.timedelta(hours=limit.amount)
    began = start.astimezone(SHANGHAI).date()
    if limit.unit == Unit.WORKING_DAYS:
        last = calendar.after(began, limit.amount)
    else:
        last = began + DAY * limit.amount
        last = last if calendar.is_working(last) else calendar.next_working(last)
    return dt.datetime.combine(last + DAY, dt.time(), SHANGHAI).astimezone(dt.UTC)
