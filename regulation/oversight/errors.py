"""Named refusals of this room. Each says what, why, and what to do."""

from django.utils.translation import gettext_lazy as _


class OversightRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class AlreadyTaken(OversightRefused):
    message = _("Another regulator has taken this report already.")


class NotTaken(OversightRefused):
    message = _("Take the report first: only the regulator who handles it writes to it.")


class NotOpen(OversightRefused):
    message = _("This report is closed: it was answered or withdrawn.")


class OwnReport(OversightRefused):
    message = _("You filed this report or entered it for somebody, so another regulator handles it.")


class KeptAlready(OversightRefused):
    message = _("This report stands with an account already. Sign in to that one, or use number and code.")


class HandledByYou(OversightRefused):
    message = _("You entered, handled or answered this report as an official, so it cannot be your own.")


class OwnDepartment(OversightRefused):
    message = _(
        "You act for the department complained of, so a regulator from elsewhere handles this report."
    )


class SamePerson(OversightRefused):
    message = _("A decision against a department needs a second regulator: not the one who proposed it.")


class SameAsBefore(OversightRefused):
    message = _("You took part in the first answer. The review is decided by another regulator.")


class AlreadyProposed(OversightRefused):
    message = _("An answer waits for its second regulator already. It is confirmed or returned first.")


class NothingProposed(OversightRefused):
    message = _("No answer waits for a second regulator.")


class ReasonMissing(OversightRefused):
    message = _("An answer needs its reasons, once for the reporter and once for the public record.")


class ArticleMissing(OversightRefused):
    message = _("A report is upheld under an article. Choose the one that the demand breaks.")


class TextMissing(OversightRefused):
    message = _("Write what is to be put on record.")


class ReviewNotOpen(OversightRefused):
    message = _("A review can be asked for once, within the period that began with the answer.")


class TooMany(OversightRefused):
    message = _("Too many reports came from your address within an hour. Nothing is lost: try again later.")


class TooManyTries(TooMany):
    message = _("Too many codes were tried from your address within an hour. Try again later.")


class BadFile(OversightRefused):
    message = _("Only PDF, JPEG, PNG and DOCX files are taken, and what is inside the file decides.")


class FileTooLarge(OversightRefused):
    message = _("A file may have up to 10 MB.")


class TooManyFiles(OversightRefused):
    message = _("A report takes up to five files.")


class FindingClosed(OversightRefused):
    message = _("This finding is closed. It opens again by itself if the records show something else.")


class ClosureWaits(OversightRefused):
    message = _("A closure waits for a second regulator. Confirm or return that one first.")


class NoClosure(OversightRefused):
    message = _("No closure of this finding waits for a second regulator.")


class OwnFirm(OversightRefused):
    message = _(
        "You act, or have acted, for the firm or the department concerned, so another regulator decides."
    )
