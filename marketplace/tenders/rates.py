"""Prices by rate (费率): a bidder states what share of a base amount it asks for. Pure.

A rate is percent with two places, so that one step (0.01 %, a ten-thousandth, ‱) is at least a cent of any
base there may be: two different rates are two different prices, and the lower rate is the lower price. So
every way to choose ranks rates by ranking prices.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
LEAST_BASE = Decimal(100)  # yuan: below, 0.01 % of it is less than a cent


def price_of(base: Decimal, rate: Decimal) -> Decimal:
    """The price that a rate of a base amounts to, yuan with two places, half up."""
    return (base * rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)


def rate_of(base: Decimal, price: Decimal) -> Decimal | None:
    """The rate whose price it is; None where no rate with two places gives it."""
    rate = (price * 100 / base).quantize(CENT, rounding=ROUND_HALF_UP)
    return rate if price_of(base, rate) == price else None


EXAMPLE_BASE = Decimal("120000.00")
EXAMPLE_RATES = (Decimal("92.50"), Decimal("88.75"), Decimal("95.00"))


def example() -> list[tuple[Decimal, Decimal]]:
    """Three rates of a base with their prices, the best first."""
    return sorted((rate, price_of(EXAMPLE_BASE, rate)) for rate in EXAMPLE_RATES)
