"""An auction as everyone sees it at a moment: the clock, and prices by letter. Names once it is closed."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache

from .models import Auction, Seat
from .rounds import Phase, Round, phase

FRESH = 1.0  # seconds for which all who watch share one reading
KEPT = 10  # seconds for which it may be answered while somebody reads anew
QUICKEST, SLOWEST = 2, 60
T = TypeVar("T")


def shared(key: str, read: Callable[[], T]) -> T:
    """What `read` gives, at most once a second however many ask.

    When a second is over one of them reads anew; whoever asks meanwhile gets the last reading, so that two
    hundred watchers make no two hundred readings at the same moment.
    """
    kept: tuple[float, T] | None = cache.get(key)
    if kept is not None and time.time() - kept[0] < FRESH:
        return kept[1]
    if kept is not None and not cache.add(f"{key}/reading", True, FRESH):
        return kept[1]
    made = read()
    cache.set(key, (time.time(), made), KEPT)
    return made


def pace(due: dt.datetime | None, now: dt.datetime) -> int:
    """Every how many seconds a watcher asks: two around the moment and after it, less often before."""
    left = (due - now).total_seconds() if due else 0
    return int(min(SLOWEST, max(QUICKEST, left / 4)))


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment of an auction. `edge` is when the phase ends, if a round runs or is to come."""

    now: dt.datetime
    phase: Phase
    current: Round | None
    rounds: list[Round]
    edge: dt.datetime | None
    closed: bool
    seats: list[Seat]

    @property
    def left(self) -> int:
        """Whole seconds until the edge."""
        return max(0, int((self.edge - self.now).total_seconds())) if self.edge else 0

    @property
    def left_clock(self) -> str:
        """As a clock shows it: minutes and seconds, hours where there are any."""
        hours, rest = divmod(self.left, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def reading_of(auction: Auction, *, now: dt.datetime) -> Reading:
    """What everyone may know of an auction at a moment."""
    rounds = [row.as_round() for row in auction.rounds.all()]
    on, current = phase(rounds, now)
    seats = auction.seats.order_by("price", "reached_at")
    closed = auction.closed_at is not None
    edge = (current.ends if on is Phase.RUNNING else current.starts) if current else None
    shown = list(seats.select_related("bid__tenderer") if closed else seats)
    return Reading(now, on, current, rounds, edge, closed, shown)
