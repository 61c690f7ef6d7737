"""When an effect that failed is tried again, and when it is given up."""

import datetime as dt

FIRST = dt.timedelta(seconds=10)
LONGEST = dt.timedelta(hours=1)
TRIES = 16  # with the waits below about seven hours


def wait(tries: int, chance: float) -> dt.timedelta:
    """How long to wait after the nth try (from 1): doubling from FIRST, at most LONGEST.

    `chance` in [0, 1) takes off up to half, so that what failed together is not tried together.
    """
    doublings: int = 2 ** min(tries - 1, 20)
    full = min(FIRST * doublings, LONGEST)
    return full * (1 - chance / 2)
