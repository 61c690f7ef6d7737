"""Named refusals of disputes, mediators and early ends."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .errors import ContractRefused


class ClaimMissing(ContractRefused):
    message = _("Say what you dispute and what you ask for.")


class DisputeClosed(ContractRefused):
    message = _("This dispute has ended.")


class SplitNotWhole(ContractRefused):
    """A part below nothing, or above the whole."""

    def __init__(self, whole: Any) -> None:
        self.message = _("What the intermediary is paid is between nothing and %(whole)s yuan.") % {
            "whole": whole
        }


class SplitChanged(ContractRefused):
    message = _("The proposal you read is not the newest.")
    next_step = _("Read the newest one, then answer it.")


class AssentedAlready(ContractRefused):
    message = _("Your side has agreed to this proposal.")


class NotWhoOpened(ContractRefused):
    message = _("Only the side that opened a dispute takes it back.")


class CureRuns(ContractRefused):
    message = _("Both sides still have time to mend or to agree. A decision can be asked for after that.")


class AskedAlready(ContractRefused):
    message = _("A decision was asked for already.")


class NotSeated(ContractRefused):
    message = _("This mediator does not sit in the dispute.")


class AnswerLate(ContractRefused):
    message = _("The time to answer or to object is over.")


class ObjectedOnce(ContractRefused):
    message = _("Your side has objected to a mediator in this dispute; each side may once.")


class NotYetAccepted(ContractRefused):
    message = _("Accept the dispute first; then you may propose a split.")


class NotYetDecidable(ContractRefused):
    message = _("A decision can be made once the mediator has accepted and the time to object is over.")


class DecisionLate(ContractRefused):
    message = _("The time to decide is over; another mediator is named.")


class TiedMediator(ContractRefused):
    message = _("A tie to a side became known, so this mediator does not decide; another one is named.")


class NotYourself(ContractRefused):
    message = _("Nobody puts themselves on the list.")


class NotDeclared(ContractRefused):
    message = _("The body has not declared its interests, so no check of it can be clear.")
    next_step = _("It declares them first.")


class ListedAlready(ContractRefused):
    message = _("This person is on the list already.")


class NotListed(ContractRefused):
    message = _("This person is not on the list any more.")


class EndStands(ContractRefused):
    message = _("An early end or a demand waits for its answer already.")


class NoEnd(ContractRefused):
    message = _("No early end waits for an answer.")


class StillDisputed(ContractRefused):
    """A milestone whose dispute comes first."""

    def __init__(self, name: str) -> None:
        self.message = _("%(name)s is in dispute; settle that first.") % {"name": name}


class WorkWaits(ContractRefused):
    """Work handed in that nobody has answered."""

    def __init__(self, name: str) -> None:
        self.message = _("%(name)s: work is handed in and waits for its answer; answer it first.") % {
            "name": name
        }


class EndChanged(ContractRefused):
    message = _("A milestone was accepted or settled since this was proposed.")
    next_step = _("Decline it, and propose the early end anew.")


class NotOverdue(ContractRefused):
    message = _("Nothing is overdue here: no work past its day, and no accepted work unpaid.")


class GraceRuns(ContractRefused):
    message = _("The time that the demand gave is not over.")


class NotLonger(ContractRefused):
    message = _("Ask for at least one working day.")
