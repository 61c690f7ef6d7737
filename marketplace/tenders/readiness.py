"""What a draft still lacks before it may be submitted, as a list one can tick off. Pure: no ORM, no clock."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
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


def _named(tender: Any) -> bool:
    return bool(tender.title.strip() and tender.description.strip())


Asked = tuple[Callable[[], bool], Any, bool]


def _basis(voluntary: Sequence[str], *, several: bool) -> Asked:
    words: Any = _("A ruling that obliges you to buy it; without one the tender is voluntary")
    if several and voluntary:
        words = _("Rulings that oblige you to buy each service; these are voluntary: %(names)s") % {
            "names": "; ".join(voluntary)
        }
    return (lambda: not voluntary, words, False)


def _together(kept_apart: Sequence[str]) -> Asked:
    words: Any = _("Services that may stand on one tender")
    return (lambda: not kept_apart, " ".join(kept_apart) or words, True)


def _always(tender: Any, *, minimum: dt.timedelta, now: dt.datetime, documents: int) -> list[Asked]:
    return [
        (lambda: bool(tender.ceiling or tender.no_ceiling_reason.strip()), _("A ceiling, or why none"), True),
        (lambda: _has_time(tender, minimum, now), _("A deadline that leaves bidders enough time"), True),
        (lambda: tender.days > 0, _("The working days allowed"), True),
        (lambda: _named(tender), _("A title, and what is needed"), True),
        (lambda: bool(tender.contact.strip()), _("A contact for bidders"), True),
        (lambda: len(tender.description.strip()) >= 30, _("What is needed, in some detail"), False),
        (lambda: documents > 0, _("Documents for bidders, where the description does not say it all"), False),
    ]


def check_list(
    tender: Any,
    *,
    minimum: dt.timedelta,
    now: dt.datetime,
    documents: int = 0,
    grounded: bool | None = None,
    invites: tuple[bool, bool, bool] | None = None,
    voluntary: Sequence[str] = (),
    kept_apart: Sequence[str] | None = None,
) -> list[Line]:
    """The list of a draft at a moment; `minimum` is how long bidding has to stay open in its region,
    `documents` how many it carries.

    `grounded`: whether its ground for choosing directly is in force there; None for other ways to decide.
    `invites`, of one by invitation: whether its ground is in force, enough firms are named, each passes.
    `voluntary` names the services that no ruling obliges to buy; `kept_apart`, of several services, says why
    they may not stand on one tender.
    """
    asked = _always(tender, minimum=minimum, now=now, documents=documents)
    asked.append(_basis(voluntary, several=kept_apart is not None))
    if kept_apart is not None:
        asked.insert(0, _together(kept_apart))
    if grounded is not None:
        ground = _("A ground in force for choosing without competition, and a ceiling it allows")
        asked.insert(1, (lambda: grounded, ground, True))
    if invites is not None:
        words = (
            _("A ground in force for inviting firms"),
            _("As many invited firms as the rule asks for"),
            _("Each invited firm passes the conflict gate"),
        )
        asked += [(partial(bool, done), text, True) for done, text in zip(invites, words, strict=True)]
    return [Line(test(), text, needed) for test, text, needed in asked]
