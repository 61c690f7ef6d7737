"""The State Council's working calendar."""

import datetime as dt

from ..models import CalendarDay
from ..workdays import WorkingCalendar


def working_calendar(*, since: dt.date) -> WorkingCalendar:
    """The State Council's working calendar from the year of `since` on, for counting time limits."""
    days = CalendarDay.objects.filter(day__gte=dt.date(since.year, 1, 1)).order_by("day")
    exceptions = dict(days.values_list("day", "working"))
    known_until = dt.date(max(exceptions).year, 12, 31) if exceptions else None
    return WorkingCalendar(exceptions, known_until)
