"""What is rated: ten indicators of an intermediary in five dimensions, five of a buyer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

LOWEST, HIGHEST = 1, 5


class By(StrEnum):
    """Who reviews: the two sides of the contract, the department that used the work, the operating centre."""

    BUYER = "buyer"
    SELLER = "seller"
    DEPARTMENT = "department"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is rated from 1 to 5; `asks` is the question."""

    code: str
    dimension: str
    asks: Any


DIMENSIONS: dict[str, Any] = {
    "quality": _("Quality"),
    "timeliness": _("Timeliness"),
    "attitude": _("Attitude"),
    "fee": _("Fee"),
    "conformity": _("Conformity"),
    "dealing": _("Dealing with the intermediary"),
}
OF_INTERMEDIARY: tuple[Indicator, ...] = (
    Indicator("sound", "quality", _("The work is complete, correct and can be followed")),
    Indicator("usable", "quality", _("It could be used for the approval without being mended")),
    Indicator("on_time", "timeliness", _("It was handed in on the days agreed")),
    Indicator("prompt", "timeliness", _("Questions and corrections were answered promptly")),
    Indicator("courteous", "attitude", _("The people were courteous and easy to reach")),
    Indicator("explains", "attitude", _("They explained what they did and why")),
    Indicator("as_agreed", "fee", _("What was charged is what was agreed")),
    Indicator("nothing_more", "fee", _("Nothing else was asked for, openly or otherwise")),
    Indicator("lawful", "conformity", _("The work follows the law and the standards of the trade")),
    Indicator("staffed", "conformity", _("It was done by the qualified people who were named")),
)
OF_BUYER: tuple[Indicator, ...] = (
    Indicator("clear", "dealing", _("It said clearly what was needed")),
    Indicator("papers", "dealing", _("Papers and access came in time")),
    Indicator("answers", "dealing", _("It examined the work in time, by the checklist")),
    Indicator("pays", "dealing", _("It paid in time")),
    Indicator("fair", "dealing", _("It asked for nothing beyond the contract")),
)


def indicators_for(by: str) -> tuple[Indicator, ...]:
    """What a side rates: the intermediary rates the buyer, everybody else the intermediary."""
    return OF_BUYER if by == By.SELLER else OF_INTERMEDIARY


def may_leave_out(by: str) -> bool:
    """The sides of a contract answer all; the department and the centre what they can judge."""
    return by in (By.DEPARTMENT, By.CENTRE)


def faults(by: str, scores: Mapping[str, object]) -> list[str]:
    """The codes that are missing, unknown, or no whole number from 1 to 5; in order. Empty where all is well.

    With nothing rated at all every code is missing.
    """
    known = [one.code for one in indicators_for(by)]
    wrong = [
        code
        for code, value in scores.items()
        if code not in known or type(value) is not int or not LOWEST <= value <= HIGHEST
    ]
    missing = [code for code in known if code not in scores]
    if missing and (not may_leave_out(by) or not scores):
        wrong += missing
    return sorted(wrong)


def mark(by: str, scores: Mapping[str, int]) -> Fraction:
    """The mark of one review: the mean of its dimensions, each the mean of what was rated in it.

    Raises ValueError where nothing was rated.
    """
    parts: dict[str, list[int]] = {}
    for one in indicators_for(by):
        if one.code in scores:
            parts.setdefault(one.dimension, []).append(scores[one.code])
    if not parts:
        raise ValueError("a review rates something")
    return sum((Fraction(sum(told), len(told)) for told in parts.values()), Fraction(0)) / len(parts)
