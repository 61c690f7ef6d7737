"""Evaluation methods as pure functions: how a bid is chosen, told and worked out. One method a file."""

from . import average_price, best_value, direct_choice, lowest_price, price_auction, random_draw
from .base import Candidate, Example, Method, Placed, Standing
from .parameters import BadParameters, Parameter

METHODS: dict[str, Method] = {
    method.code: method
    for method in (
        lowest_price.METHOD,
        average_price.METHOD,
        best_value.METHOD,
        random_draw.METHOD,
        price_auction.METHOD,
        direct_choice.METHOD,
    )
}

__all__ = [
    "METHODS",
    "BadParameters",
    "Candidate",
    "Example",
    "Method",
    "Parameter",
    "Placed",
    "Standing",
]
