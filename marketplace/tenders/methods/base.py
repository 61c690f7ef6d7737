"""What every evaluation method is made of. No ORM, no clock, no request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise

from .parameters import Parameter, clean

Text = str | Promise
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opened, valid bid as a method sees it.

    `price` is yuan without tax, `days` working days, `digest` the SHA-256 of the envelope in hex. `marks`
    has, a criterion, the points of each evaluator in the same order. `place` is what a draw or a choice
    gave, 1 the first. `reached_at` is when an auction's last price was reached.
    """

    key: int
    price: Decimal
    submitted_at: datetime
    days: int = 0
    digest: str = ""
    marks: Mapping[str, Sequence[Decimal]] = field(default_factory=dict)
    place: int | None = None
    reached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate's place. `score` is the method's own measure, `parts` what it is made of.

    `tied` says that another had the same measure, so that the tie rule decided.
    """

    key: int
    rank: int
    score: Decimal | None = None
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The order a method found, best first. `reference`: what prices were measured against, if anything.

    Not in it are those a method does not rank: bids a direct choice left, or that a single draw did not draw.
    """

    placed: tuple[Placed, ...]
    reference: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A small worked case: bids A, B, C … and who wins. The table on the page is computed by the method."""

    candidates: tuple[Candidate, ...]
    parameters: Mapping[str, Any]
    winner: int
    says: Text


@dataclass(frozen=True, slots=True)
class Method:
    """One way to choose. `needs` names what has to happen after the opening before there is an order:
    "scores", "draw", "auction", "choice"; empty where prices alone decide. `basis` are provisions' refs.
    """

    code: str
    name: Text
    sentence: Text
    definition: Text
    measure: Text
    rank: Callable[[Sequence[Candidate], Mapping[str, Any]], Standing]
    example: Example
    parameters: tuple[Parameter, ...] = ()
    needs: str = ""
    basis: tuple[str, ...] = ()
    caution: Text = ""

    def clean(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters as they are stored (JSON), defaults filled in. Raises BadParameters, field by field."""
        return clean(self.parameters, raw)

    def worked(self) -> Standing:
        """The example, computed."""
        return self.rank(self.example.candidates, self.clean(self.example.parameters))


def rounded(value: Fraction) -> Decimal:
    """To two places, half up, from an exact fraction."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)
