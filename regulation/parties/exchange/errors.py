"""Refusals of a whole file of interests. `code` is kept with the import and told in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.tables.errors import refusal as table_refusal

from ..errors import PartiesRefused
from .broken import in_words

REFUSALS: dict[str, Any] = {
    "empty": _("The file is empty."),
    "too_big": _("The file is larger than %(most)s MB. Split it, or let an operator import it."),
    "not_bods": _("This is no BODS: a JSON array, or one statement a line."),
    "no_header": _(
        "This is neither BODS (a JSON array, or one statement a line) nor a table of interests: the first "
        "row names no id column. Begin with the template."
    ),
    "not_utf8": _("The file is not UTF-8, as JSON has to be: byte %(byte)s cannot be read."),
    "bad_gzip": _("The compressed file is damaged or cut off."),
    "bad_json": _("The JSON cannot be read from line %(line)s on: %(what)s"),
    "statement_too_big": _("The statement at line %(line)s is larger than %(most)s MB."),
    "no_statements": _("The file holds no statement."),
}


class InterestFileRefused(PartiesRefused):
    """A file that is not read at all. `params` hold JSON values."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)

    def __str__(self) -> str:
        return refusal(self.code, self.params)


def refusal(code: str, params: dict[str, Any]) -> str:
    """Why a file was refused, in the reader's language."""
    if code not in REFUSALS:
        return table_refusal(code, params)
    return str(REFUSALS[code]) % (in_words(params) if code == "bad_json" else params)


class NotConfirmable(PartiesRefused):
    message = _("This import cannot be written: it has faults, was given up, or was written already.")


class NotTheImporter(PartiesRefused):
    message = _("Only the person who uploaded a file confirms it.")


class NotCancellable(PartiesRefused):
    message = _("This import was written or given up already.")


class Unkeyed(PartiesRefused):
    message = _("IDENTITY_HMAC_KEY is not set: identity numbers could not be hashed.")
