"""Which prices are abnormally low, by a published rule; their bidders have to explain. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MEAN, NEXT, CEILING = "mean", "next", "ceiling"


@dataclass(frozen=True, slots=True)
class LowRule:
    """A price is abnormally low below any of these shares, in percent; None leaves a test out.

    `of_mean`: of the mean of all valid prices. `of_next`: of the next higher price.
    """

    of_mean: Decimal | None
    of_next: Decimal | None
    of_ceiling: Decimal | None


@dataclass(frozen=True, slots=True)
class Low:
    """Why a price is abnormally low: which test, what it was measured against, and the bound it is below."""

    test: str
    against: Decimal
    bound: Decimal


def _bound(against: Fraction, share: Decimal) -> tuple[Fraction, Decimal]:
    exact = against * Fraction(share) / 100
    return exact, (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"))


def abnormally_low(
    prices: Mapping[int, Decimal], *, ceiling: Decimal | None, rule: LowRule
) -> dict[int, list[Low]]:
    """The bids whose price is abnormally low, each with every test it fails. Bounds are exclusive and exact.

    With fewer than three bids the mean and the next price say nothing and only the ceiling counts.
    """
    found: dict[int, list[Low]] = {}
    several = len(prices) >= 3
    mean = sum(map(Fraction, prices.values()), Fraction(0)) / len(prices) if prices else Fraction(0)
    for key, price in prices.items():
        higher = [other for other in prices.values() if other > price]
        tests = (
            (MEAN, mean if several else None, rule.of_mean),
            (NEXT, Fraction(min(higher)) if several and higher else None, rule.of_next),
            (CEILING, Fraction(ceiling) if ceiling is not None else None, rule.of_ceiling),
        )
        for test, against, share in tests:
            if against is None or share is None:
                continue
            exact, bound = _bound(against, share)
            if Fraction(price) < exact:
                found.setdefault(key, []).append(Low(test, _bound(against, Decimal(100))[1], bound))
    return found
