"""Bids for worked examples: A, B, C … an hour apart, ten working days each."""

import datetime as dt
import hashlib
from decimal import Decimal

from .base import Candidate

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def bids(*prices: str) -> tuple[Candidate, ...]:
    """A bid a price; the first has key 1."""
    return tuple(
        Candidate(
            key=n,
            price=Decimal(price),
            submitted_at=START + dt.timedelta(hours=n),
            days=10,
            digest=hashlib.sha256(f"example {n}".encode()).hexdigest(),
        )
        for n, price in enumerate(prices, start=1)
    )
