"""Refusals of payments and invoices."""

from django.utils.translation import gettext_lazy as _

from .base import ContractRefused


class NotDue(ContractRefused):
    message = _("Nothing is paid out before the work is accepted and the money is held.")


class InvoiceNumber(ContractRefused):
    message = _("An invoice number has 8 digits, or 20 for a fully digital invoice.")


class InvoiceUsed(ContractRefused):
    message = _("An invoice with this number is recorded already.")


class InvoiceTooMuch(ContractRefused):
    message = _("The invoices of a milestone do not exceed its amount.")
