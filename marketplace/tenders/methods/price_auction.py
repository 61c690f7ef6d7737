"""Prices go down over several live rounds. The rounds' clock stands in auction.py."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Example, Method, Standing
from .parameters import Parameter
from .samples import START, bids
from .ties import TIE_RULE, in_order, placed


def rank(candidates: Sequence[Candidate], parameters: Mapping[str, Any]) -> Standing:
    """By the last price, then by when it was reached; equals by the tie rule."""
    ordered = in_order(
        candidates, measure=lambda c: (c.price, c.reached_at or c.submitted_at), rule=parameters["tie_rule"]
    )
    return Standing(placed(ordered, score=lambda c: c.price))


METHOD = Method(
    code="price_auction",
    name=_("price auction in rounds"),
    sentence=_(
        "After the opening the valid bidders lower their prices in live rounds; the lowest price at the "
        "end wins."
    ),
    definition=_(
        "Each valid bidder starts from the price of its sealed bid. In a round it may lower its own price "
        "as often as it "
        "likes, each time by at least the step. Everyone sees prices and order under a letter, nobody sees "
        "who stands behind "
        "it. The server's clock decides, to the microsecond. A new lowest price in the last seconds moves "
        "the end of the "
        "round, so that a slow line loses nothing to a last-moment bid. Equal prices: the one reached first."
    ),
    measure=_("last price"),
    rank=rank,
    needs="auction",
    parameters=(
        Parameter("rounds", "integer", _("Rounds"), 3, minimum=1, maximum=10),
        Parameter(
            "round_seconds",
            "integer",
            _("Length of a round"),
            180,
            minimum=5,
            maximum=3600,
            unit=_("seconds"),
        ),
        Parameter(
            "pause_seconds",
            "integer",
            _("Pause between rounds"),
            60,
            minimum=0,
            maximum=3600,
            unit=_("seconds"),
        ),
        Parameter(
            "step",
            "decimal",
            _("Lower by at least"),
            "100",
            "",
            Decimal("0.01"),
            Decimal(1000000),
            unit=_("yuan"),
        ),
        Parameter(
            "window",
            "integer",
            _("A new lowest price in the last"),
            30,
            _("moves the end of the round."),
            0,
            600,
            unit=_("seconds"),
        ),
        Parameter(
            "extension",
            "integer",
            _("The round then goes on for"),
            60,
            minimum=0,
            maximum=600,
            unit=_("seconds"),
        ),
        Parameter("extensions", "integer", _("Extensions of a round at most"), 10, minimum=0, maximum=100),
        TIE_RULE,
    ),
    example=Example(
        tuple(
            replace(bid, reached_at=START + dt.timedelta(days=1, seconds=seconds))
            for bid, seconds in zip(bids("9000", "8800", "8800"), (0, 95, 60), strict=True)
        ),
        {},
        winner=3,
        says=_(
            "After the last round A stands at ¥9,000.00, B and C both at ¥8,800.00. C wins: it reached the "
            "price 35 seconds "
            "before B."
        ),
    ),
)
