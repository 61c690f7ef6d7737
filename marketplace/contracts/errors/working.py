"""Refusals of changes, deliveries and their files."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import ContractRefused


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
