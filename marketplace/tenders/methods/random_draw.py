"""A draw that anyone can repeat decides; how numbers come about stands in draw.py."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Example, Method, Placed, Standing
from .parameters import Parameter
from .samples import bids

SINGLE, RANKED = "single", "ranked"


def rank(candidates: Sequence[Candidate], parameters: Mapping[str, Any]) -> Standing:
    """By the place the draw gave. Who was not drawn has no place."""
    drawn = sorted((c for c in candidates if c.place is not None), key=lambda c: c.place or 0)
    return Standing(tuple(Placed(c.key, place) for place, c in enumerate(drawn, start=1)))


METHOD = Method(
    code="random_draw",
    name=_("random draw"),
    sentence=_("Among the valid bids a draw decides that anyone can repeat; price and quality play no part."),
    definition=_(
        "After the opening, bids that pass the conflict gate form a list that is sorted, hashed and "
        "frozen. Trustees have "
        "committed to secret values before; they open them afterwards. With a public value named "
        "beforehand and not yet "
        "known at the freeze, SHA-256 over all of them gives numbers (structure of RFC 3797, numbers that "
        "would favour "
        "anyone are thrown away). Every input is published, with a script of twenty lines that repeats the "
        "draw."
    ),
    measure=_("place drawn"),
    rank=rank,
    needs="draw",
    basis=("procurement-competition-notice-2019",),
    caution=_(
        "For purchases under the Government Procurement Law the Ministry of Finance had random ways of "
        "deciding the award "
        "done away with; this method is for purchases outside it."
    ),
    parameters=(
        Parameter(
            "mode",
            "choice",
            _("What is drawn"),
            RANKED,
            _(
                "With the whole order, the next one moves up when a winner withdraws; with one alone there "
                "is a new draw."
            ),
            choices=((RANKED, _("the whole order")), (SINGLE, _("the winner alone"))),
        ),
        Parameter("trustees", "integer", _("Trustees with a secret value"), 2, minimum=1, maximum=5),
    ),
    example=Example(
        tuple(
            replace(bid, place=place)
            for bid, place in zip(bids("9000", "9500", "9900"), (2, 3, 1), strict=True)
        ),
        {},
        winner=3,
        says=_(
            "Three bids are in the list. The draw gives the order C, A, B: C wins, although its price is "
            "the highest."
        ),
    ),
)
