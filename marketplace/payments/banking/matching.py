"""What a bank says beside what is recorded here. Pure: no ORM, no clock, no request."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PATIENCE = dt.timedelta(days=3)  # so long a bank may take to book, and people to record
Days = tuple[dt.date, dt.date]  # [first, after the last)


class Result(StrEnum):
    """How a movement at the bank and a recorded transfer stand to each other."""

    FITS = "fits"
    AMOUNT = "amount"
    NUMBER = "number"
    REFUSED = "refused"
    UNRECORDED = "unrecorded"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Movement:
    """One side of the comparison: a line of the bank, or a recorded transfer. `number` as `same_number`
    writes it, `fen` > 0, `of` the row it stands for."""

    number: str
    is_in: bool
    on: dt.date
    fen: int
    of: Any
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A line, a transfer, or both. `due`: it does not fit, and there is nothing left to wait for."""

    result: Result
    line: Movement | None
    transfer: Movement | None
    due: bool = False

    @property
    def on(self) -> dt.date:
        return self.told.on

    @property
    def told(self) -> Movement:
        """The bank's side, or the recorded one where the bank has none."""
        found = self.line or self.transfer
        if found is None:
            raise ValueError("neither a line nor a transfer")
        return found


def together(periods: Iterable[Days]) -> list[Days]:
    """Periods that meet or overlap as one, the earliest first."""
    made: list[Days] = []
    for first, after in sorted(periods):
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(after, made[-1][1]))
        else:
            made.append((first, after))
    return made


def covers(periods: Iterable[Days], day: dt.date) -> bool:
    """Whether statements are here for a day and as long after it as a bank may take to book."""
    return any(first <= day and day + PATIENCE < after for first, after in periods)


def compare(
    lines: Sequence[Movement],
    transfers: Sequence[Movement],
    *,
    beyond: Iterable[tuple[str, bool]],
    days: Days,
    told: Iterable[Days],
    today: dt.date,
) -> list[Compared]:
    """Each line with the transfer of its number and direction, then what is left on either side.

    `days` are those compared. `beyond` are number and direction of further lines: a transfer found there is
    not missing. `told` are the days for which statements are here. A line and a transfer left over with the
    same direction and sum, a few days apart and alone in that, are taken for one under another number.
    """
    standing = {(t.number, t.is_in): t for t in transfers if not t.refused}
    made, left = _by_number(lines, standing, {(t.number, t.is_in): t for t in transfers if t.refused})
    elsewhere, here = set(beyond), together(told)
    missing = [
        t
        for key, t in standing.items()
        if key not in elsewhere and days[0] <= t.on < days[1] and any(a <= t.on < b for a, b in here)
    ]
    pairs = _misnumbered(left, missing)
    made += [Compared(Result.NUMBER, line, transfer, True) for line, transfer in pairs]
    paired = {id(one) for pair in pairs for one in pair}
    made += [
        Compared(Result.UNRECORDED, line, None, line.on + PATIENCE < today)
        for line in left
        if id(line) not in paired
    ]
    made += [
        Compared(Result.MISSING, None, transfer, covers(here, transfer.on))
        for transfer in missing
        if id(transfer) not in paired
    ]
    return sorted(made, key=lambda one: (one.on, one.told.number), reverse=True)


Key = tuple[str, bool]


def _by_number(
    lines: Iterable[Movement], standing: dict[Key, Movement], refused: dict[Key, Movement]
) -> tuple[list[Compared], list[Movement]]:
    """Lines with the transfer of their number and direction, taken out of `standing`; and the lines left."""
    made: list[Compared] = []
    left: list[Movement] = []
    for line in lines:
        key = (line.number, line.is_in)
        if (transfer := standing.pop(key, None)) is not None:
            fits = transfer.fen == line.fen
            made.append(Compared(Result.FITS if fits else Result.AMOUNT, line, transfer, not fits))
        elif key in refused:
            made.append(Compared(Result.REFUSED, line, refused[key], True))
        else:
            left.append(line)
    return made, left


def _misnumbered(lines: list[Movement], transfers: list[Movement]) -> list[tuple[Movement, Movement]]:
    alike: dict[tuple[bool, int], tuple[list[Movement], list[Movement]]] = defaultdict(lambda: ([], []))
    for side, told in enumerate((lines, transfers)):
        for one in told:
            alike[one.is_in, one.fen][side].append(one)
    return [
        (ours[0], theirs[0])
        for ours, theirs in alike.values()
        if len(ours) == len(theirs) == 1 and abs(ours[0].on - theirs[0].on) <= PATIENCE
    ]
