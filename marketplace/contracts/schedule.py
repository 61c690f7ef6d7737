"""How a price and its days are split among milestones. Pure."""

from collections.abc import Sequence
from decimal import Decimal


def split(fen: int, shares: Sequence[Decimal]) -> list[int]:
    """Whole fen by shares in percent that add up to 100; the last takes what rounding leaves.

    Raises ValueError where shares do not add up, or one comes out as nothing.
    """
    if sum(shares) != 100:
        raise ValueError("the shares of a schedule add up to 100")
    parts = [int(fen * share / 100) for share in shares[:-1]]
    parts.append(fen - sum(parts))
    if min(parts) <= 0:
        raise ValueError("the price is too small to be split so")
    return parts


def due_days(days: int, shares: Sequence[Decimal]) -> list[int]:
    """Working days from signing to each milestone, by shares of the whole time in percent; at least one."""
    return [max(1, int((days * share / 100).to_integral_value())) for share in shares]


def drift(first: Decimal, now: Decimal) -> Decimal:
    """By how many percent a price has moved since the bid, two places; above zero where it rose."""
    return ((now - first) / first * 100).quantize(Decimal("0.01"))


def penalty(fen: int, days_late: int, per_mille: Decimal, cap: Decimal) -> int:
    """What late work costs: thousandths of the milestone's fen a day, at most `cap` percent of it."""
    asked = fen * per_mille * max(0, days_late) / 1000
    return int(min(asked, fen * cap / 100))
