"""Evaluation methods as pure functions. How each is told to people stands in method_texts.py."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opened, valid bid as a method sees it. `price` is yuan without tax."""

    key: int
    price: Decimal
    submitted_at: dt.datetime


def lowest_price(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first: price, then time of submission, then key, so that no tie is left to chance."""
    return sorted(candidates, key=lambda c: (c.price, c.submitted_at, c.key))
