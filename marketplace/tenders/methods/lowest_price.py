"""The lowest price wins."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Example, Method, Standing
from .samples import bids
from .ties import TIE_RULE, in_order, placed


def rank(candidates: Sequence[Candidate], parameters: Mapping[str, Any]) -> Standing:
    """By price; equals by the tie rule."""
    ordered = in_order(candidates, measure=lambda c: c.price, rule=parameters["tie_rule"])
    return Standing(placed(ordered, score=lambda c: c.price))


METHOD = Method(
    code="lowest_price",
    name=_("lowest price"),
    sentence=_("The valid bid with the lowest total price wins."),
    definition=_(
        "Bids are ordered by their total price in yuan without tax. A bid above the ceiling, or slower "
        "than the days "
        "allowed, does not count. An abnormally low price has to be explained first."
    ),
    measure=_("price"),
    rank=rank,
    parameters=(TIE_RULE,),
    example=Example(
        bids("9800", "9200", "9200"),
        {},
        winner=2,
        says=_(
            "Bids of ¥9,800.00, ¥9,200.00 and ¥9,200.00 arrive in this order. The second wins: it shares the "
            "lowest price with the third and came before it."
        ),
    ),
)
