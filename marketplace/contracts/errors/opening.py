"""Refusals of opening accepted work to the department, and of links to it."""

from django.utils.translation import gettext_lazy as _

from .base import ContractRefused


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
