"""Named refusals of this room."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check


class DirectoryRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class GateRefused(DirectoryRefused):
    """The conflict gate keeps an offer out; `checks` are those it made."""

    def __init__(self, checks: Sequence[Check] = ()) -> None:
        super().__init__()
        self.checks = list(checks)


class NotDeclared(GateRefused):
    message = _("Declare your interests first: without a declaration no price can be published.")


class Barred(GateRefused):
    message = _(
        "Every department that asks for this service here is one whose approvals you may not serve "
        "(Regulation on Optimising the Business Environment, article 43). Your checks say why; a wrong "
        "record can be contested."
    )


class NotSettled(GateRefused):
    message = _(
        "Whether you may serve the departments that ask for this service here is not settled. Two regulators "
        "answer within five days; publish the price then."
    )


class OfferOverlaps(DirectoryRefused):
    message = _("You already publish a price of this kind for this service and region. End that one first.")


class OfferEnded(DirectoryRefused):
    message = _("This offer has ended already.")


class NumberTaken(DirectoryRefused):
    message = _("A certificate with this number is on record for these days already.")


class QualificationEnded(DirectoryRefused):
    message = _("This certificate has ended already.")


class NotForSale(DirectoryRefused):
    message = _("This entry is a general rule, not a service that can be sold.")


class AlreadyListed(DirectoryRefused):
    message = _("This entity is registered as an intermediary already.")


class NotForDepartments(DirectoryRefused):
    message = _("A government department cannot be registered as an intermediary.")


class ReasonNeeded(DirectoryRefused):
    message = _("State the reason; it is kept on the record.")


class SanctionDecided(DirectoryRefused):
    message = _("This is decided already, or does not stand.")


class RepliedOnce(DirectoryRefused):
    message = _("A reply is given once.")


class ReplyNotOver(DirectoryRefused):
    message = _("The firm has not replied, and its time to do so is not over.")


class NothingProposed(DirectoryRefused):
    message = _("Nothing is proposed yet.")


class SecondPerson(DirectoryRefused):
    message = _("Whoever proposed it does not decide it: it takes a second person.")


class CentreAlone(DirectoryRefused):
    message = _("It is decided by people of the operating centre who do not act for the firm.")


class FirmAlone(DirectoryRefused):
    message = _("Only the firm itself replies.")
