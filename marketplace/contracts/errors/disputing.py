"""Refusals of repairs, objections and complaints."""

from django.utils.translation import gettext_lazy as _

from .base import ContractRefused


class RepairOver(ContractRefused):
    message = _("What was reviewed can be mended once, within the time after the reviews are disclosed.")


class NothingMended(ContractRefused):
    message = _("A review is raised once, after the intermediary has mended, within its time.")


class NotRaised(ContractRefused):
    message = _("No line may be lower than before, and at least one is higher.")


class TooLateToObject(ContractRefused):
    message = _("The time to object to this review is over.")


class ObjectedAlready(ContractRefused):
    message = _("There is an objection to this review already.")


class ComplaintWaits(ContractRefused):
    message = _("A complaint of yours about this contract waits for its answer already.")


class PleaDecided(ContractRefused):
    message = _("This is decided already.")


class NothingToDecide(ContractRefused):
    message = _("Nothing is proposed yet.")


class RightOfReply(ContractRefused):
    message = _("The other side has not replied, and its time to do so is not over.")


class ByTheCentre(ContractRefused):
    message = _(
        "It is decided by people of the operating centre who act for no party of the contract and did not "
        "give the review in question."
    )
