"""What in reviews is a reason to look: rings and retaliation. Pure. Never a verdict."""

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

TOP = Fraction(48, 10)  # a mark from here on is the best there is
LOW = Fraction(25, 10)  # a mark up to here is low
RING_TIMES = 3  # so many contracts in which two parties rated each other at the top
RING_WITHIN = dt.timedelta(days=730)
SOON = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Given:
    """A review: who rated whom, how, when it was handed in, and when the one rated came to know of it."""

    giver: str
    taker: str
    contract: str
    mark: Fraction
    written: dt.datetime
    known: dt.datetime


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection against a review, or a complaint: who put it against whom, and when."""

    by: str
    against: str
    contract: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A reason to look at two parties: "ring" or "retaliation", in which contracts."""

    kind: str
    giver: str
    taker: str
    contracts: tuple[str, ...]


def rings(given: Iterable[Given]) -> list[Mark]:
    """Two parties that rated each other at the top in three contracts or more within two years."""
    top: dict[tuple[str, str, str], dt.datetime] = {
        (one.giver, one.taker, one.contract): one.written for one in given if one.mark >= TOP
    }
    pairs: dict[tuple[str, str], list[tuple[dt.datetime, str]]] = {}
    for (giver, taker, contract), written in top.items():
        if giver < taker and (back := top.get((taker, giver, contract))) is not None:
            pairs.setdefault((giver, taker), []).append((max(written, back), contract))
    found = []
    for (one, other), told in sorted(pairs.items()):
        if _within(sorted(told)):
            found.append(Mark("ring", one, other, tuple(sorted(contract for _at, contract in told))))
    return found


def _within(told: list[tuple[dt.datetime, str]]) -> bool:
    """Whether so many of them lie within the time of a ring."""
    runs = zip(told, told[RING_TIMES - 1 :], strict=False)
    return any(last - first <= RING_WITHIN for (first, _a), (last, _b) in runs)


def retaliations(given: Iterable[Given], objected: Iterable[Objected] = ()) -> list[Mark]:
    """A low review of somebody within thirty days of knowing of its low review, objection or complaint.

    Both sides of one contract review blind, so that neither answers the other there: what counts is what was
    known when the review was handed in.
    """
    reviews = list(given)
    causes = [(one.giver, one.taker, one.contract, one.known) for one in reviews if one.mark <= LOW]
    causes += [(one.by, one.against, one.contract, one.at) for one in objected]
    found: dict[tuple[str, str], set[str]] = {}
    for answer, (by, against, contract, known) in itertools.product(reviews, causes):
        hits = answer.mark <= LOW and (answer.giver, answer.taker) == (against, by)
        if hits and known < answer.written <= known + SOON:
            found.setdefault((answer.giver, answer.taker), set()).update({answer.contract, contract})
    return [
        Mark("retaliation", giver, taker, tuple(sorted(told)))
        for (giver, taker), told in sorted(found.items())
    ]
