"""Named refusals of this room."""

from django.utils.translation import gettext_lazy as _


class DecouplingRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class NotWaiting(DecouplingRefused):
    message = _("Only a check that could not decide waits for a person. This one has its answer.")


class AlreadyProposed(DecouplingRefused):
    message = _("A determination already stands for this check. Confirm or reject that one.")


class SamePerson(DecouplingRefused):
    message = _("A second regulator decides: whoever proposed it cannot confirm or reject it.")


class AlreadyDecided(DecouplingRefused):
    message = _("This determination has been decided already.")


class ReasonMissing(DecouplingRefused):
    message = _("A determination needs its reason in writing.")
