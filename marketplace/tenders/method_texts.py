"""How each evaluation method is told to people: in a sentence, and by a worked example."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class MethodText:
    """How a method is told to people."""

    sentence: str | Promise
    example: str | Promise


TEXTS = {
    "lowest_price": MethodText(
        sentence=_(
            "The valid bid with the lowest total price wins; at the same price, the one submitted first."
        ),
        example=_(
            "Bids of ¥9,800.00, ¥9,200.00 and ¥9,200.00 arrive in this order. The second wins: it shares the "
            "lowest price with the third and came before it."
        ),
    )
}
