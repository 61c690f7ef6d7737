"""Periods [start, end) of days, as pure functions."""

from psycopg.types.range import DateRange


def left_of(was: DateRange, now: DateRange) -> list[DateRange]:
    """What a new period leaves of an older one: before it, after it, both or nothing. Both have a start."""
    left = []
    if was.lower is not None and now.lower is not None and was.lower < now.lower:
        left.append(DateRange(was.lower, now.lower, "[)"))
    if now.upper is not None and (was.upper is None or now.upper < was.upper):
        left.append(DateRange(now.upper, was.upper, "[)"))
    return left
