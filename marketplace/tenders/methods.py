"""Evaluation methods: pure functions with a name, a description and a worked example. No ORM."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opened, valid bid as a method sees it. `price` is yuan without tax."""

    key: int
    price: Decimal
    submitted_at: dt.datetime


def lowest_price(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first: price, then time of submission, then key, so that no tie is left to chance."""
    return sorted(candidates, key=lambda c: (c.price, c.submitted_at, c.key))


@dataclass(frozen=True, slots=True)
class MethodText:
    """How a method is told to people."""

    sentence: str | Promise
    example: str | Promise


TEXTS = {
    "lowest_price": MethodText(
        sentence=_(
            "The valid bid with the lowest total price wins; at the same price, the one submitted first."
        ),
        example=_(
            "Bids of ¥9,800.00, ¥9,200.00 and ¥9,200.00 arrive in this order. The second wins: it shares the "
            "lowest price with the third and came before it."
        ),
    )
}
