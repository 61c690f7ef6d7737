"""Refusals of a whole table. `code` is stored with the import, to be told in each reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Any] = {
    "empty": _("The file is empty."),
    "too_big": _("The file is larger than %(most)s MB. Split it into several."),
    "old_excel": _("This is a workbook of the old .xls format. Save it as .xlsx or as CSV in UTF-8."),
    "not_a_table": _("This is neither an .xlsx workbook nor a CSV text. Save the sheet as one of the two."),
    "damaged": _("The workbook cannot be read: it is damaged, or it is protected by a password."),
    "bomb": _("The workbook unpacks to far more than a table of this size holds, so it is not opened."),
    "bad_csv": _("Line %(line)s of the text cannot be read as CSV: a quotation mark is perhaps not closed."),
    "too_many_rows": _("The file has more than %(most)s rows. Split it into several."),
    "repeated_sheet": _("The sheet “%(sheet)s” holds rows of a kind that stood in another sheet already."),
    "no_header": _("The first row names no column of this sheet. Begin with the template."),
    "unknown_column": _("There is no column “%(column)s” in this sheet. %(meant)s"),
    "repeated_column": _("The column “%(column)s” stands there twice."),
    "missing_column": _("The column “%(column)s” is missing. It says which row is meant."),
    "no_rows": _("The file has a header and no rows."),
}
NEAREST = _("Perhaps you meant “%(column)s”.")


class FileRefused(Exception):
    """A file that is not read at all. `params` hold JSON values."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)

    def __str__(self) -> str:
        return refusal(self.code, self.params)


def refusal(code: str, params: dict[str, Any]) -> str:
    """Why a file was refused, in the reader's language."""
    said = dict(params)
    if code == "unknown_column":
        said["meant"] = str(NEAREST) % {"column": said["meant"]} if said.get("meant") else ""
    return (str(REFUSALS[code]) % said).strip()
