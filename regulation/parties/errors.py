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
