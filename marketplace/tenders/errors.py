"""Named refusals of this room; each is a sentence that says what and why, and `next_step` what to do."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check, Outcome


class TenderRefused(Exception):
    """Base. `code` is stable, `message` is for the reader."""

    code = "refused"
    message: Any = _("This cannot be done.")
    next_step: Any = ""

    def __str__(self) -> str:
        return str(self.message)


class AlreadyPublished(TenderRefused):
    code = "already_published"
    message = _("The tender is published. Its terms stand as published.")
    next_step = _("Cancel it with a reason and publish a new one if the terms must change.")


class ClosesTooSoon(TenderRefused):
    code = "closes_too_soon"

    def __init__(self, minimum: Any) -> None:
        self.minimum = minimum
        self.message = _("Bidding must stay open for at least %(time)s in this region.") % {"time": minimum}


class CeilingMissing(TenderRefused):
    code = "ceiling_missing"
    message = _("State a price ceiling, or the reason why there is none.")


class NoOpeningKey(TenderRefused):
    code = "no_opening_key"
    message = _("Bids cannot be sealed for the moment: the site has no opening key.")
    next_step = _("The site's administrator has to create one. Nothing of yours was saved in the clear.")


class NotAboutAService(TenderRefused):
    code = "not_a_service"
    message = _("This entry is a general rule, not a service that can be bought.")


class TenderClosed(TenderRefused):
    code = "tender_closed"
    message = _(
        "The tender does not take bids now. The deadline is exclusive and kept by the database clock."
    )


class AlreadyBid(TenderRefused):
    code = "already_bid"
    message = _("Your entity has a bid in this tender already.")
    next_step = _("Withdraw it before the deadline if you want to submit another.")


class NotRegistered(TenderRefused):
    code = "not_registered"
    message = _("Only a registered intermediary that is not suspended may bid.")


class NoOffer(TenderRefused):
    code = "no_offer"
    message = _("Your entity does not publish a price for this service, so it may not bid for it.")
    next_step = _("Publish an offer for this service first.")


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


class NotDue(TenderRefused):
    code = "not_due"
    message = _("The tender is not due to be opened.")


class NotAwardable(TenderRefused):
    code = "not_awardable"
    message = _("The tender cannot be awarded: it is not open, it failed, or it is awarded already.")


class NobodyLeft(TenderRefused):
    code = "nobody_left"
    message = _("No valid bid passed the conflict gate, so the tender has failed.")


class NotCancellable(TenderRefused):
    code = "not_cancellable"
    message = _("Only a tender that is published and not yet awarded can be cancelled, with a reason.")


class AwaitsDetermination(TenderRefused):
    code = "awaits_determination"
    message = _(
        "Whether the best bidder may serve this department is not settled yet. Two regulators answer; then "
        "the tender can be awarded."
    )


class GateShut(TenderRefused):
    """A contract or a payout that the conflict gate keeps out; the check that says why."""

    code = "gate_shut"
    message = _(
        "The conflict gate does not open for this winner: an interest bars it from serving this department."
    )
    open_message = _("Two regulators have yet to decide whether this winner may serve the department.")

    def __init__(self, check: Check) -> None:
        self.check = check
        if check.outcome == Outcome.UNKNOWN:
            self.message = self.open_message
