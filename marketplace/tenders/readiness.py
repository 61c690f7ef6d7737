"""What a draft still lacks before it may be submitted, as a list one can tick off. Pure: no ORM, no clock."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. What is not `needed` is a matter of care, and keeps nothing back."""

    done: bool
    words: Any
    needed: bool = True


def _has_time(tender: Any, minimum: dt.timedelta, now: dt.datetime) -> bool:
    begins = max(now, tender.opens_at or now)
    return bool(tender.closes_at and tender.closes_at - begins >= minimum)


def check_list(
    tender: Any, *, minimum: dt.timedelta, now: dt.datetime, grounded: bool | None = None
) -> list[Line]:
    """The list of a draft at a moment; `minimum` is how long bidding has to stay open in its region.

    `grounded`: whether its ground for choosing directly is in force there; None for other ways to decide.
    """
    asked: list[tuple[Callable[[], bool], Any, bool]] = [
        (lambda: bool(tender.ceiling or tender.no_ceiling_reason.strip()), _("A ceiling, or why none"), True),
        (lambda: _has_time(tender, minimum, now), _("A deadline that leaves bidders enough time"), True),
        (lambda: bool(tender.contact.strip()), _("A contact for bidders"), True),
        (lambda: len(tender.description.strip()) >= 30, _("What is needed, in some detail"), False),
        (
            lambda: tender.ruling is not None and tender.ruling.necessity == "mandatory",
            _("A ruling that obliges you to buy it; without one the tender is voluntary"),
            False,
        ),
    ]
    if grounded is not None:
        ground = _("A ground in force for choosing without competition, and a ceiling it allows")
        asked.insert(1, (lambda: grounded, ground, True))
    return [Line(test(), words, needed) for test, words, needed in asked]
