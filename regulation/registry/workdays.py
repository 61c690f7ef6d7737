"""Working days by the State Council's calendar, as pure functions. No ORM, no clock."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked: weekdays, save where the yearly notice says otherwise.

    `exceptions` holds weekdays off (False) and weekend days worked (True). `known_until` is the last day of
    the last year whose notice is on record; later days are counted by weekends alone.
    """

    exceptions: Mapping[dt.date, bool]
    known_until: dt.date | None = None

    def is_working(self, day: dt.date) -> bool:
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def is_certain(self, day: dt.date) -> bool:
        """Whether the notice for the day's year is on record."""
        return self.known_until is not None and day <= self.known_until

    def after(self, day: dt.date, count: int) -> dt.date:
        """The day on which a time limit of `count` working days that began on `day` ends, that day included.

        The day it begins is not counted (民法典 201; 行政许可法 82 counts limits in working days). A count of
        none ends on the day itself. Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError("a time limit is not negative")
        while count:
            day += DAY
            count -= self.is_working(day)
        return day

    def next_working(self, day: dt.date) -> dt.date:
        """The first working day after a day."""
        return self.after(day, 1)

    def count(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie in [start, end)."""
        return sum(self.is_working(start + DAY * n) for n in range((end - start).days))
