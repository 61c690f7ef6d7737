"""Refusals of a bid."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check

from .base import TenderRefused


class NotAboutAService(TenderRefused):
    code = "not_a_service"
    message = _("This entry is a general rule, not a service that can be bought.")


class TenderClosed(TenderRefused):
    """`closes_at` is the deadline, `at` when the bid came; both where the bid was late."""

    code = "tender_closed"
    message: Any = _(
        "The tender does not take bids now. The deadline is exclusive and kept by the database clock."
    )

    def __init__(self, closes_at: dt.datetime | None = None, at: dt.datetime | None = None) -> None:
        if closes_at is None or at is None or at < closes_at:
            return
        self.late = at - closes_at
        self.message = _(
            "The bid came %(late)s after the deadline. The deadline is exclusive and kept by the database "
            "clock."
        ) % {"late": _exactly(self.late)}


def _exactly(late: dt.timedelta) -> str:
    """A span to the microsecond."""
    hours, rest = divmod(int(late.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    return _("%(h)d h %(m)d min %(s)d.%(us)06d s") % {
        "h": hours,
        "m": minutes,
        "s": seconds,
        "us": late.microseconds,
    }


class AlreadyBid(TenderRefused):
    code = "already_bid"
    message = _("Your entity has a bid in this tender already.")
    next_step = _("Withdraw it before the deadline if you want to submit another.")


class NotRegistered(TenderRefused):
    code = "not_registered"
    message = _("Only a registered intermediary that is not suspended may bid.")


class NoOffer(TenderRefused):
    code = "no_offer"
    message: Any = _("Your entity does not publish a price for this service, so it may not bid for it.")
    next_step = _("Publish an offer for this service first.")

    def __init__(self, service: Any = None) -> None:
        if service is not None:  # one of several that the tender buys
            self.message = _(
                'Your entity does not publish a price for "%(service)s", which it has to offer.'
            ) % {"service": service}


class NotQualified(TenderRefused):
    """Qualifications that the owner asks for and the bidder does not hold on that day."""

    code = "not_qualified"
    next_step = _("Enter the certificate with its dates in your entity's profile, if you hold it.")

    def __init__(self, missing: Sequence[str], one_of: Sequence[str]) -> None:
        self.missing, self.one_of = list(missing), list(one_of)
        if missing:
            self.message = _("Your entity does not hold: %(names)s.") % {"names": "; ".join(missing)}
        else:
            self.message = _("Your entity holds none of: %(names)s.") % {"names": "; ".join(one_of)}


class OwnTender(TenderRefused):
    code = "own_tender"
    message = _("An entity may not bid in its own tender.")


class AvoidedBidder(TenderRefused):
    code = "avoided"

    def __init__(self, reason: str) -> None:
        self.message = _("The owner declared that it must avoid your entity: %(reason)s") % {"reason": reason}


class ConflictedBidder(TenderRefused):
    code = "conflicted"
    message = _("Your entity is tied to the department that decides the approval, so it may not serve it.")
    next_step = _(
        "If an interest is wrong or has ended, have the record corrected with its document; "
        "the check is made anew each time."
    )

    def __init__(self, check: Check) -> None:
        self.check = check


class UnknownStanding(TenderRefused):
    code = "unknown"
    message = _(
        "It is not known whether your entity is free of ties to the department. A person has to decide."
    )
    next_step = _(
        "File or complete your declaration of interests; the regulator decides until the day shown."
    )

    def __init__(self, check: Check) -> None:
        self.check = check


class NotWithdrawable(TenderRefused):
    code = "not_withdrawable"
    message = _("A bid can be withdrawn only before the deadline, and once.")
