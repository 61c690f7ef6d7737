"""When digests of changes go out, as a pure function. No ORM, no clock."""

import datetime as dt
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = dt.time(7)
DAILY, WEEKLY = "daily", "weekly"
MONDAY = 0


def last_due(rhythm: str, now: dt.datetime) -> dt.datetime:
    """The latest moment at or before `now` at which a digest of a rhythm is due: 07:00 in Shanghai, of every
    day or of Mondays. Raises ValueError for another rhythm."""
    if rhythm not in (DAILY, WEEKLY):
        raise ValueError(rhythm)
    local = now.astimezone(SHANGHAI)
    due = dt.datetime.combine(local.date(), HOUR, SHANGHAI)
    if due > local:
        due -= dt.timedelta(days=1)
    if rhythm == WEEKLY:
        due -= dt.timedelta(days=(due.weekday() - MONDAY) % 7)
    return due.astimezone(dt.UTC)
