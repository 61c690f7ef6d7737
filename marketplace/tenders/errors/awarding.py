"""Refusals of an opening, an award and what follows it."""

from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check, Outcome

from .base import TenderRefused


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
