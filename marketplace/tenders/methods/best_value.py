"""Price and quality together, scored by several people who do not see each other's scores."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Example, Method, Standing, rounded
from .parameters import BadParameters, Parameter, clean
from .samples import bids
from .ties import TIE_RULE, in_order, placed

MEAN, TRIMMED, MEDIAN = "mean", "trimmed", "median"
TRIM_FROM = 5
PRICE = "price"


def combined(points: Sequence[Decimal], how: str) -> Fraction:
    """One figure of several evaluators' points. Raises ValueError for none."""
    if not points:
        raise ValueError("nobody scored")
    ordered = sorted(Fraction(p) for p in points)
    middle = len(ordered) // 2
    if how == MEDIAN:
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    if how == TRIMMED and len(ordered) >= TRIM_FROM:
        ordered = ordered[1:-1]
    return sum(ordered, Fraction(0)) / len(ordered)


def price_points(price: Decimal, *, lowest: Decimal, weight: Decimal) -> Decimal:
    """The lowest price gets the whole weight, others in proportion: lowest ÷ price × weight."""
    return rounded(Fraction(lowest) / Fraction(price) * Fraction(weight))


def outlying(totals: Mapping[int, Decimal], *, share: Decimal) -> set[int]:
    """Evaluators whose total for one bid is off the panel's median by more than `share` percent of it.

    Nobody is outlying among fewer than three. Marked, not left out: whoever is marked says why.
    """
    if len(totals) < 3:
        return set()
    median = combined(list(totals.values()), MEDIAN)
    limit = median * Fraction(share) / 100
    return {who for who, total in totals.items() if abs(Fraction(total) - median) > limit}


def _parts(candidate: Candidate, lowest: Decimal, parameters: Mapping[str, Any]) -> dict[str, Decimal]:
    weight = Decimal(parameters["price_weight"])
    parts = {PRICE: price_points(candidate.price, lowest=lowest, weight=weight)}
    for row in parameters["criteria"]:
        parts[row["name"]] = rounded(combined(candidate.marks[row["name"]], parameters["combine"]))
    return parts


def rank(candidates: Sequence[Candidate], parameters: Mapping[str, Any]) -> Standing:
    """By the sum of points, highest first; each part is rounded to two places, so the sum can be checked."""
    if not candidates:
        return Standing(())
    lowest = min(c.price for c in candidates)
    parts = {c.key: _parts(c, lowest, parameters) for c in candidates}
    total = {key: sum(of.values(), Decimal(0)) for key, of in parts.items()}
    ordered = in_order(candidates, measure=lambda c: -total[c.key], rule=parameters["tie_rule"])
    return Standing(placed(ordered, score=lambda c: total[c.key], parts=lambda c: parts[c.key]), lowest)


class BestValue(Method):
    """Its weights have to come to a hundred."""

    __slots__ = ()

    def clean(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        done = clean(self.parameters, raw)
        weights = sum((Decimal(row["weight"]) for row in done["criteria"]), Decimal(done["price_weight"]))
        if weights != 100:
            raise BadParameters(
                {
                    "criteria": _(
                        "The weights and the price's weight come to %(sum)s; they must come to 100."
                    )
                    % {"sum": weights}
                }
            )
        return done


def _scored(*rows: tuple[str, dict[str, tuple[str, ...]]]) -> tuple[Candidate, ...]:
    plain = bids(*(price for price, _marks in rows))
    marks = [{name: tuple(map(Decimal, points)) for name, points in of.items()} for _price, of in rows]
    return tuple(replace(bid, marks=of) for bid, of in zip(plain, marks, strict=True))


METHOD = BestValue(
    code="best_value",
    name=_("best value"),
    sentence=_("Price and stated criteria are scored; the valid bid with the most points of a hundred wins."),
    definition=_(
        "Price: the lowest price gets the price's whole weight, each other the lowest divided by its own "
        "price times the "
        "weight. Criteria: each evaluator gives nought to the criterion's weight, alone and without seeing "
        "the others; "
        "the figures are combined as stated. Each part is rounded to two places, half up, and the sum "
        "decides. An "
        "evaluator whose total for a bid is off the panel's median by more than the stated share is marked "
        "and gives "
        "a reason; the score counts. Whoever is tied to a bidder does not evaluate."
    ),
    measure=_("points of 100"),
    rank=rank,
    needs="scores",
    basis=("procurement-implementation-9",),
    parameters=(
        Parameter(
            "price_weight",
            "decimal",
            _("Weight of the price"),
            "30",
            _("Points of a hundred that the price decides."),
            Decimal(10),
            Decimal(90),
            unit=_("points"),
        ),
        Parameter(
            "criteria",
            "criteria",
            _("Criteria"),
            [
                {"name": "技术方案 approach", "weight": "40"},
                {"name": "人员与业绩 team and record", "weight": "30"},
            ],
            _("One a line: name, a bar |, weight. With the price they come to 100."),
        ),
        Parameter(
            "evaluators",
            "integer",
            _("Evaluators at least"),
            3,
            _("There is no result with fewer."),
            3,
            15,
        ),
        Parameter(
            "combine",
            "choice",
            _("Several evaluators' points become"),
            MEAN,
            choices=(
                (MEAN, _("their mean")),
                (TRIMMED, _("their mean without the highest and the lowest, from five evaluators on")),
                (MEDIAN, _("their median")),
            ),
        ),
        Parameter(
            "outlier",
            "decimal",
            _("Mark totals off the median by more than"),
            "30",
            "",
            Decimal(5),
            Decimal(100),
            unit=_("percent"),
        ),
        TIE_RULE,
    ),
    example=Example(
        _scored(
            ("10000", {"方案 approach": ("32", "34", "36"), "人员 team": ("24", "22", "26")}),
            ("8000", {"方案 approach": ("25", "27", "26"), "人员 team": ("20", "21", "19")}),
        ),
        {"criteria": "方案 approach | 40\n人员 team | 30"},
        winner=1,
        says=_(
            "A asks ¥10,000 and gets 24.00 of 30 points for it, B asks ¥8,000 and gets 30.00. Three "
            "evaluators give A 34.00 and "
            "24.00 points on average, B 26.00 and 20.00. A wins with 82.00 points against 76.00."
        ),
    ),
)
