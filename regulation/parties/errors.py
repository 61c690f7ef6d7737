"""Named refusals of this room."""

from django.utils.translation import gettext_lazy as _


class PartiesRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class BadCreditCode(PartiesRefused):
    message = _("The Unified Social Credit Code is not valid: 18 characters, the last one a check character.")


class AlreadyRegistered(PartiesRefused):
    message = _("An entity with this Unified Social Credit Code is on record already.")


class InterestEnded(PartiesRefused):
    message = _("This interest has ended or was corrected already.")


class EndsBeforeStart(PartiesRefused):
    message = _("An interest cannot end before it starts.")


class SourceMissing(PartiesRefused):
    message = _("An interest needs its source: the document or register that says so.")


class WrongParties(PartiesRefused):
    message = _("Kinship joins two people; every other interest is held in an entity.")


class ReasonMissing(PartiesRefused):
    message = _("This needs its reason in writing.")


class IdentityKeyMissing(PartiesRefused):
    message = _(
        "No identity number can be taken at present: the site's key for them is not set. Nothing was stored."
        " Leave the number empty, or ask the operator."
    )


class NumberAndNameDiffer(PartiesRefused):
    message = _(
        "Row %(row)s: the identity number and the name do not belong together. Open the row and enter both"
        " again."
    )

    def __init__(self, row: int) -> None:
        super().__init__()
        self.row = row

    def __str__(self) -> str:
        return str(self.message) % {"row": self.row}


class NothingToDeclare(PartiesRefused):
    message = _(
        "Nothing has been entered. If nothing changed, declare that the record is complete with one click."
    )


class TooManyRows(PartiesRefused):
    message = _("A declaration takes up to 200 new rows. File these first, then another one.")


class RowGone(PartiesRefused):
    message = _(
        "A row refers to something that is no longer there. Look through the draft and enter it again."
    )


class NotAboutYou(PartiesRefused):
    message = _("Only what is held about the entity you act for can be contested.")


class AlreadyContested(PartiesRefused):
    message = _("This interest is contested already. Its contest is answered first.")


class WrongMissing(PartiesRefused):
    message = _("Say what is wrong.")


class ContestClosed(PartiesRefused):
    message = _("This contest has been answered.")


class OwnContest(PartiesRefused):
    message = _("You filed this contest or act for the entity, so another regulator answers it.")


class AnswerWaits(PartiesRefused):
    message = _("An answer waits for its second regulator already. It is confirmed or returned first.")


class NoAnswerWaits(PartiesRefused):
    message = _("No answer waits for a second regulator.")


class SecondPersonNeeded(PartiesRefused):
    message = _(
        "A conflict rests on this interest, so a second regulator confirms: not the one who proposed it."
    )


class NothingCorrected(PartiesRefused):
    message = _("A corrected interest differs from the contested one. Enter what is to change.")


class BadFile(PartiesRefused):
    message = _("Only PDF, JPEG, PNG and DOCX files are taken, and what is inside the file decides.")


class FileTooLarge(PartiesRefused):
    message = _("A file may have up to 10 MB.")


class TooManyFiles(PartiesRefused):
    message = _("A contest takes up to three files.")


class NameAlone(PartiesRefused):
    message = _("Only the name agrees. That is a lead, and no ground to say that the two records are one.")


class DifferentNumbers(PartiesRefused):
    message = _("The two records carry different identity numbers or credit codes, so they are not one.")


class AlreadyMerged(PartiesRefused):
    message = _("These two records are merged already.")


class AlreadySplit(PartiesRefused):
    message = _("This merge has been split already.")


class AlreadyDecided(PartiesRefused):
    message = _("This suggestion has been decided already.")


class TokenNameTaken(PartiesRefused):
    message = _("You have a token of this name. Choose another name, or revoke that one first.")


class TooManyTokens(PartiesRefused):
    message = _("You have 20 tokens that still hold. Revoke one that is not used any more.")


class NotYourMembership(PartiesRefused):
    message = _("A token acts for whom you act yourself, today.")
