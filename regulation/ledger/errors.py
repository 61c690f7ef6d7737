"""Named refusals of this room. Each says what, why, and what to do."""

from django.utils.translation import gettext_lazy as _


class LedgerRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class AlreadyExplained(LedgerRefused):
    message = _("Somebody has explained this alarm already; what was written stands.")


class NothingSigned(LedgerRefused):
    message = _("No checkpoint is signed yet, so there is nothing that a new key could continue.")


class NotTheKey(LedgerRefused):
    message = _("The key in the file is not the one the record is signed with now.")


class ReasonMissing(LedgerRefused):
    message = _("Write what was found to be the reason: an alarm is never closed without one.")
