"""An auction as everyone sees it at a moment: the clock, and prices by letter. Names once it is closed."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Exists, OuterRef

from .models import Auction, AuctionPrice, Bid
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
class Seen:
    """A seat as everyone sees it. Until the end a price that was not given here is not told: the opening told
    it with its bidder's name, and when the bid came in, so it would tell who sits behind the letter."""

    letter: str
    price: Decimal | None
    reached_at: dt.datetime | None  # empty where it stands at its sealed price
    bid: Bid | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment of an auction. `edge` is when the phase ends, if a round runs or is to come; `lowest` the
    price to beat, sealed or given."""

    now: dt.datetime
    phase: Phase
    current: Round | None
    rounds: list[Round]
    edge: dt.datetime | None
    closed: bool
    seats: list[Seen]
    lowest: Decimal | None

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
    given = AuctionPrice.objects.filter(seat=OuterRef("pk"))
    seats = auction.seats.annotate(has_given=Exists(given)).order_by("price", "reached_at")
    closed = auction.closed_at is not None
    edge = (current.ends if on is Phase.RUNNING else current.starts) if current else None
    held = list(seats.select_related("bid__tenderer") if closed else seats)
    lowest = held[0].price if held else None
    return Reading(now, on, current, rounds, edge, closed, _seen(held, closed=closed), lowest)


def _seen(seats: Sequence[Any], *, closed: bool) -> list[Seen]:
    """The seats in the order of their prices; those that gave none yet at the end, by their letters."""
    told = [one for one in seats if closed or one.has_given]
    silent = sorted((one for one in seats if one not in told), key=lambda one: one.letter)
    return [_told(one, closed=closed) for one in told] + [
        Seen(one.letter, None, None, None) for one in silent
    ]


def _told(seat: Any, *, closed: bool) -> Seen:
    reached_at = seat.reached_at if seat.has_given else None
    return Seen(seat.letter, seat.price, reached_at, seat.bid if closed else None)
