"""Refusals from the award to the signatures, and about the signed paper."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import ContractRefused


class NotFinal(ContractRefused):
    message = _("A contract follows a final award: its standstill is over and nothing holds it up.")


class AlreadyDrawnUp(ContractRefused):
    message = _("There is a contract for this award already.")


class DoesNotAddUp(ContractRefused):
    message = _("The amounts of the milestones add up to the price of the contract.")


class NothingToCheck(ContractRefused):
    message = _("Each milestone has a name, an amount, days, and at least one line to examine it by.")


class TooLong(ContractRefused):
    message = _("No milestone ends later than the contract's working days.")


class NotYourSide(ContractRefused):
    message = _("You do not act for a side of this contract that has to sign it.")


class SignedAlready(ContractRefused):
    message = _("Your side has signed this version.")


class OnePersonOneSide(ContractRefused):
    message = _("The same person cannot sign for two sides.")


class TextChanged(ContractRefused):
    message = _("The text you read is not the one that lies before all sides now.")
    next_step = _("Read the present version, then sign it.")


class TooLate(ContractRefused):
    message = _("The time for signing is over.")


class AwardStopped(ContractRefused):
    message = _("The tender is suspended, or its award does not stand any more: nothing can be signed.")


class GateClosed(ContractRefused):
    """The conflict gate did not open; `check` says why."""

    def __init__(self, check: Any) -> None:
        self.check = check
        self.message = _(
            "The conflict gate did not open, so nothing was signed or paid "
            "(Regulation on Optimising the Business Environment, article 43)."
        )
        self.next_step = _("The check says why, and what either side can do.")


class ApplicantDoesNotPay(ContractRefused):
    message = _(
        "The department commissions this service and pays for it; the applicant may not be charged "
        "(Regulation on Optimising the Business Environment, article 43)."
    )
    next_step = _("If you were asked to pay, report the demand.")


class NothingSigned(ContractRefused):
    message = _("The contract is not signed yet.")


class CopyWaits(ContractRefused):
    message = _("A signed copy waits for its answer already.")
    next_step = _("Another one can be given once a side says that it differs, or it is taken back.")


class CopyStands(ContractRefused):
    message = _("Every side has confirmed the signed copy of this version; it stands.")


class CopyGone(ContractRefused):
    message = _("This signed copy does not wait for an answer any more.")
    next_step = _("Look at the copy that is there now.")
