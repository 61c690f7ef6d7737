"""The owner chooses, with a reason that everyone reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Example, Method, Placed, Standing
from .parameters import Parameter
from .samples import bids


def rank(candidates: Sequence[Candidate], parameters: Mapping[str, Any]) -> Standing:
    """Whom the owner chose, alone; the others have no rank."""
    chosen = sorted((c for c in candidates if c.place is not None), key=lambda c: c.place or 0)
    return Standing(tuple(Placed(c.key, place, c.price) for place, c in enumerate(chosen, start=1)))


METHOD = Method(
    code="direct_choice",
    name=_("direct choice"),
    sentence=_("The owner chooses among the valid bids and publishes its reason."),
    definition=_(
        "Only where the rules of the region allow it, for small amounts or in the cases they name. The "
        "reason for choosing "
        "this way is published with the tender, the reason for choosing this bidder with the award. "
        "Bidders not chosen are "
        "not ranked. The conflict gate, the second person and the standstill apply as in every other method."
    ),
    measure=_("price"),
    rank=rank,
    needs="choice",
    parameters=(
        Parameter(
            "reason",
            "text",
            _("Why without competition"),
            "",
            _("Published with the tender."),
            Decimal(10),
            Decimal(500),
        ),
    ),
    example=Example(
        tuple(replace(bid, place=place) for bid, place in zip(bids("9500", "9900"), (None, 1), strict=True)),
        {"reason": "续做同一储罐的年度检测 the yearly test of the same tank"},
        winner=2,
        says=_(
            "Two bids are valid. The owner chooses B and says why: it tested the same tank last year. The "
            "reason is public."
        ),
    ),
)
