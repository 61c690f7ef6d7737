"""Refusals of what a person asks of an import. Why a file is not read: regulation.tables.errors."""

from django.utils.translation import gettext_lazy as _

from ..errors import RegistryRefused


class NotConfirmable(RegistryRefused):
    message = _("This import cannot be written: it has faults, was cancelled, or was written already.")


class NotTheImporter(RegistryRefused):
    message = _("Only the person who uploaded a file confirms it.")


class NotCancellable(RegistryRefused):
    message = _("This import was written or given up already.")
