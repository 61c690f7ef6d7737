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


class AlreadyErased(LedgerRefused):
    message = _("The content of this entry is erased, or its erasure is asked for already.")


class AlreadyDecided(LedgerRefused):
    message = _("This erasure is decided already.")


class SameErasure(LedgerRefused):
    message = _("You asked for this erasure. A second person, who acts as a regulator, decides on it.")


class OwnEntry(LedgerRefused):
    message = _("You wrote this entry. Somebody else asks for its erasure, and somebody else decides.")


class NeverErased(LedgerRefused):
    message = _("What the record says of itself is never erased: without it nobody could check the rest.")


class StillOwed(LedgerRefused):
    message = _(
        "What follows from this entry has not happened yet. Wait until it has; where it was given up, the "
        "site's staff try it again."
    )


class NoPlaceYet(LedgerRefused):
    message = _("The entry has no place in the tree yet. Try again in a minute.")
