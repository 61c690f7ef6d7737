"""Named refusals of this room. Each says what, why, and what to do."""

from django.utils.translation import gettext_lazy as _


class LedgerRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class AlreadyExplained(LedgerRefused):
    message = _("Somebody has explained this alarm already; what was written stands.")


class ReasonMissing(LedgerRefused):
    message = _("Write what was found to be the reason: an alarm is never closed without one.")
