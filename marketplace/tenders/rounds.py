"""The clock of a price auction: rounds, pauses, extensions. Pure; every moment is the server's."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Round:
    """[starts, ends) of one round, and how often it was extended."""

    number: int
    starts: dt.datetime
    ends: dt.datetime
    extended: int = 0


def timetable(start: dt.datetime, settings: Mapping[str, Any]) -> list[Round]:
    """The rounds as planned."""
    length = dt.timedelta(seconds=settings["round_seconds"])
    pause = dt.timedelta(seconds=settings["pause_seconds"])
    return [
        Round(n, start + (length + pause) * (n - 1), start + (length + pause) * (n - 1) + length)
        for n in range(1, settings["rounds"] + 1)
    ]


def phase(rounds: Sequence[Round], now: dt.datetime) -> tuple[Phase, Round | None]:
    """What is on at a moment; with the round that runs, or the next one while waiting or paused."""
    for one in rounds:
        if now < one.starts:
            return (Phase.WAITING if one.number == 1 else Phase.PAUSED), one
        if now < one.ends:
            return Phase.RUNNING, one
    return Phase.OVER, None


def after_bid(
    rounds: Sequence[Round], settings: Mapping[str, Any], *, at: dt.datetime, leads: bool
) -> list[Round]:
    """The timetable after a price: a new lowest one within the window gives the others the extension's time.

    The round then ends `extension` seconds after that price, never earlier than before, and later rounds move
    by as much. At most `extensions` times a round.
    """
    now, current = phase(rounds, at)
    window = dt.timedelta(seconds=settings["window"])
    if now is not Phase.RUNNING or current is None or not leads or current.ends - at > window:
        return list(rounds)
    new_end = max(current.ends, at + dt.timedelta(seconds=settings["extension"]))
    if current.extended >= settings["extensions"] or new_end == current.ends:
        return list(rounds)
    moved = new_end - current.ends
    return [
        one
        if one.number < current.number
        else Round(one.number, one.starts, new_end, one.extended + 1)
        if one.number == current.number
        else Round(one.number, one.starts + moved, one.ends + moved, one.extended)
        for one in rounds
    ]


def may_bid_at_most(own: Decimal, settings: Mapping[str, Any]) -> Decimal:
    """The highest price a bidder may give next: its own last one less the step."""
    return own - Decimal(settings["step"])
