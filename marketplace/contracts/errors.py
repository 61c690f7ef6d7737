"""Named refusals of this room; each is a sentence that says what and why, and `next_step` what to do."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .life import Act, State, Step
from .life_texts import STATE_WORDS, STEP_WORDS


class ContractRefused(Exception):
    """Base. `message` is for the reader."""

    message: Any = _("This cannot be done.")
    next_step: Any = ""

    def __str__(self) -> str:
        return str(self.message)


class NotNow(ContractRefused):
    """An act the state does not allow; life.py says which do."""

    def __init__(self, act: Act, state: State | Step) -> None:
        self.act, self.state = act, state
        words = STATE_WORDS[state] if isinstance(state, State) else STEP_WORDS[state]
        self.message = _('This cannot be done in the state "%(state)s".') % {"state": words}


class ReasonMissing(ContractRefused):
    message = _("State the reason; it is kept on the record.")


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


class ChangeStands(ContractRefused):
    message = _("A change waits for its answer already.")


class NoChange(ContractRefused):
    message = _("No change waits for an answer.")


class NothingDiffers(ContractRefused):
    message = _("Nothing differs from what is agreed.")


class WorkIsDone(ContractRefused):
    """A milestone that a change cannot touch any more."""

    def __init__(self, name: str) -> None:
        self.message = _("%(name)s: it is handed in, accepted or paid, and no longer changes.") % {
            "name": name
        }


class NoFile(ContractRefused):
    message = _("Hand in at least one file.")


class FileRefused(ContractRefused):
    """One file cannot be taken; it is named."""

    def __init__(self, name: str, why: Any) -> None:
        self.message = _("%(name)s: %(why)s") % {"name": name, "why": why}


class PlanWrong(ContractRefused):
    message = _("What was told of the parts of the file does not fit its size.")


class PartWrong(ContractRefused):
    message = _("This is not the part of the file that was told of before.")
    next_step = _("Choose the file again.")


class UploadGone(ContractRefused):
    message = _(
        "This upload is not there any more: it was handed in, removed, or waited for longer than a day."
    )
    next_step = _("Choose the file again.")


class PartsMissing(ContractRefused):
    """A file of which parts did not come; it is named."""

    next_step = _("Choose the same file again: it goes on where it was.")

    def __init__(self, name: str) -> None:
        self.message = _("%(name)s: parts of it did not come yet.") % {"name": name}


class TooManyBegun(ContractRefused):
    next_step = _("Hand in or remove one of them first.")

    def __init__(self, most: int) -> None:
        self.message = _("At most %(n)d uploads are begun at a time.") % {"n": most}


class ReturnedOnce(ContractRefused):
    message = _("Work is returned once. What is handed in again is accepted, or disputed.")


class NothingUnmet(ContractRefused):
    message = _("Say of at least one line of the checklist why it is not met.")


class SilenceNotOver(ContractRefused):
    message = _("The time to answer is not over.")


class StartsTooEarly(ContractRefused):
    message = _("It follows on the last one of that service: with a later version, and from a later day.")


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


class NotToBeOpened(ContractRefused):
    message = _(
        "Work of a signed contract is opened to the department by its buyer, where that is another body."
    )


class OpenAlready(ContractRefused):
    message = _("It is open to the department already.")


class ClosedAlready(ContractRefused):
    message = _("It is not open to the department any more.")


class NotOpen(ContractRefused):
    message = _("This is not open to your department.")
    next_step = _("The buyer opens it, or makes a link for you.")


class ShareEnded(ContractRefused):
    message = _("This link has ended.")


class ShareTooLong(ContractRefused):
    message = _("A link ends after at most 90 days.")


class NotDue(ContractRefused):
    message = _("Nothing is paid out before the work is accepted and the money is held.")


class InvoiceNumber(ContractRefused):
    message = _("An invoice number has 8 digits, or 20 for a fully digital invoice.")


class InvoiceUsed(ContractRefused):
    message = _("An invoice with this number is recorded already.")


class InvoiceTooMuch(ContractRefused):
    message = _("The invoices of a milestone do not exceed its amount.")


class NotReviewedYet(ContractRefused):
    message = _("Reviews begin once the work is accepted and paid, or the contract has ended.")


class ReviewOver(ContractRefused):
    message = _("The time to review this contract is over.")


class ReviewedAlready(ContractRefused):
    message = _("Your side has reviewed this contract. A review is given once and never altered.")


class NotYourReview(ContractRefused):
    message = _("You do not act for a side that reviews this contract.")


class ScoresMissing(ContractRefused):
    message = _(
        "Rate each line from 1 to 5; the department and the centre may leave out what they cannot judge."
    )


class StillSealed(ContractRefused):
    message = _("The reviews are sealed until both sides have given theirs, or the time is over.")


class WordsMissing(ContractRefused):
    message = _("Say something; it is shown to the public.")


class RepliedAlready(ContractRefused):
    message = _("A reply is given once.")


class NotReviewed(ContractRefused):
    message = _("Only whoever was reviewed may do this.")


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


class ASecondPerson(ContractRefused):
    message = _("Whoever proposed it does not decide it: it takes a second person.")
