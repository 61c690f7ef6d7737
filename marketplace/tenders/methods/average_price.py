"""The price nearest to the trimmed mean wins."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Example, Method, Standing, rounded
from .parameters import Parameter
from .samples import bids
from .ties import TIE_RULE, in_order, placed


def trimmed_mean(prices: Sequence[Decimal], *, trim: int, trim_from: int) -> Fraction:
    """The exact mean without the `trim` highest and `trim` lowest prices, given `trim_from` or more of them.

    Fewer are left whole, and so are prices of which nothing would be left. Raises ValueError for no price.
    """
    if not prices:
        raise ValueError("there is no mean of no price")
    ordered = sorted(Fraction(price) for price in prices)
    if len(ordered) >= trim_from and len(ordered) > 2 * trim:
        ordered = ordered[trim : len(ordered) - trim]
    return sum(ordered, Fraction(0)) / len(ordered)


def rank(candidates: Sequence[Candidate], parameters: Mapping[str, Any]) -> Standing:
    """By the exact distance to the benchmark; at equal distance the lower price, then the tie rule."""
    if not candidates:
        return Standing(())
    mean = trimmed_mean(
        [c.price for c in candidates], trim=parameters["trim"], trim_from=parameters["trim_from"]
    )
    benchmark = mean * Fraction(Decimal(parameters["factor"])) / 100

    def distance(candidate: Candidate) -> Fraction:
        return abs(Fraction(candidate.price) - benchmark)

    ordered = in_order(candidates, measure=lambda c: (distance(c), c.price), rule=parameters["tie_rule"])
    return Standing(placed(ordered, score=lambda c: rounded(distance(c))), rounded(benchmark))


METHOD = Method(
    code="average_price",
    name=_("average price"),
    sentence=_("The valid bid whose price is nearest to the trimmed mean of all valid bids wins."),
    definition=_(
        "Valid prices are sorted. With as many bids as stated or more, the stated number of highest and of "
        "lowest "
        "prices is left out. The benchmark is the mean of the rest times the factor, exact and not "
        "rounded. The bid "
        "at the smallest distance from the benchmark comes first; at the same distance, the lower price. "
        "Bids whose "
        "price was left out of the mean are ranked as well."
    ),
    measure=_("distance from the benchmark"),
    rank=rank,
    parameters=(
        Parameter(
            "trim",
            "integer",
            _("Prices left out at each end"),
            1,
            _("How many of the highest and as many of the lowest."),
            0,
            5,
        ),
        Parameter(
            "trim_from", "integer", _("Leave out only from this many bids on"), 5, minimum=3, maximum=50
        ),
        Parameter(
            "factor",
            "decimal",
            _("Factor on the mean"),
            "100",
            _("100 takes the mean as it is; 95 rewards bids below it."),
            Decimal(80),
            Decimal(100),
            unit=_("percent"),
        ),
        TIE_RULE,
    ),
    example=Example(
        bids("9000", "10000", "10400", "10900", "16000"),
        {},
        winner=3,
        says=_(
            "Of ¥9,000, ¥10,000, ¥10,400, ¥10,900 and ¥16,000 the highest and the lowest are left out. The "
            "mean of the "
            "other three is ¥10,433.33. The third bid wins: it is ¥33.33 away."
        ),
    ),
)
