"""The credit level of an intermediary, from the reviews of its work. Pure; docs/credit.md says it in words.

Same reviews, same rule, same day: same level. Every figure is exact until the score is rounded at the end.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

USERS = ("buyer", "department")
"""Who used the work: without the review of one of them a contract does not count."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How reviews are weighed from a day on.

    `weights` by who reviews. `ages`: a contract reviewed fewer than so many days ago counts with this weight,
    the youngest first; an older one counts nothing. Fewer than `least_contracts` contracts with
    `least_buyers` different buyers give no level. `stars`: level and lowest score, the best first.
    """

    weights: Mapping[str, int]
    ages: Sequence[tuple[int, Fraction]]
    least_contracts: int
    least_buyers: int
    stars: Sequence[tuple[int, Decimal]]

    def of_age(self, days: int) -> Fraction:
        """What a contract reviewed so many days ago counts."""
        return next((weight for limit, weight in self.ages if days < limit), Fraction(0))

    def level(self, score: Decimal) -> int:
        """The level of a score; the lowest level has no lower bound."""
        return next((level for level, least in self.stars if score >= least), self.stars[-1][0])


@dataclass(frozen=True, slots=True)
class Rated:
    """A contract and the marks it was given, by who reviewed; `on` is the day its reviews were disclosed."""

    contract: str
    buyer: str
    on: dt.date
    marks: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Line:
    """One contract as it was reckoned: its mark, what it counts, and whether it counts at all."""

    rated: Rated
    mark: Fraction | None
    weight: Fraction

    @property
    def counts(self) -> bool:
        return self.mark is not None and self.weight > 0


@dataclass(frozen=True, slots=True)
class Credit:
    """Level 5 to 1 with its score, or neither where there are not enough reviews; and how it came about."""

    level: int | None
    score: Decimal | None
    contracts: int
    buyers: int
    lines: tuple[Line, ...]


def contract_mark(marks: Mapping[str, Fraction], weights: Mapping[str, int]) -> Fraction | None:
    """The weighted mean of the marks that were given; None where nobody who used the work gave one."""
    given = {by: value for by, value in marks.items() if weights.get(by, 0) > 0}
    if not any(by in given for by in USERS):
        return None
    whole = sum(weights[by] for by in given)
    return sum((value * weights[by] for by, value in given.items()), Fraction(0)) / whole


def reckon(rated: Iterable[Rated], weighing: Weighing, *, on: dt.date) -> Credit:
    """The credit of an intermediary on a day.

    Each buyer has one voice: the mean of its contracts by age, weighed as its youngest is. So nobody lifts a
    friend by buying often.
    """
    lines = tuple(_line(one, weighing, on) for one in sorted(rated, key=lambda r: (r.on, r.contract)))
    counted = [line for line in lines if line.counts]
    voices: dict[str, list[Line]] = {}
    for line in counted:
        voices.setdefault(line.rated.buyer, []).append(line)
    if len(counted) < weighing.least_contracts or len(voices) < weighing.least_buyers:
        return Credit(None, None, len(counted), len(voices), lines)
    whole, total = Fraction(0), Fraction(0)
    for own in voices.values():
        voice = max(line.weight for line in own)
        whole += voice
        total += voice * _mean(own)
    exact = total / whole
    score = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Credit(weighing.level(score), score, len(counted), len(voices), lines)


def _line(rated: Rated, weighing: Weighing, on: dt.date) -> Line:
    days = (on - rated.on).days
    weight = weighing.of_age(days) if days >= 0 else Fraction(0)
    return Line(rated, contract_mark(rated.marks, weighing.weights), weight)


def _mean(lines: Sequence[Line]) -> Fraction:
    whole = sum((line.weight for line in lines), Fraction(0))
    return sum((line.weight * (line.mark or 0) for line in lines), Fraction(0)) / whole
