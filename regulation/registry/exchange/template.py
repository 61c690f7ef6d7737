"""The template of a sheet: what its drop-downs offer, and what somebody who fills it in has to know."""

from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _

from regulation.tables.columns import Holds, Sheet
from regulation.tables.template import template_workbook

from .lookups import Lookups


def template_of(sheet: Sheet) -> IO[bytes]:
    """The template of a sheet in the reader's language, in a temporary file at its beginning."""
    lookups = Lookups()
    held = {column.holds for column in sheet.columns}
    offered: dict[str, Sequence[str]] = {}
    if Holds.REGION in held:
        offered["region"] = sorted(lookups.regions)
    if Holds.SERVICE in held:
        offered["service"] = sorted(lookups.services)
    if Holds.CONDITION in held:
        offered["condition"] = sorted(lookups.conditions)
    if Holds.DEPARTMENT in held:
        offered["department"] = sorted({name for name, _region, _code in lookups.departments.values()})
    return template_workbook([sheet], offered=offered, advice=_advice())


def _advice() -> Sequence[str]:
    return (
        _("Write your rows in the first sheet, below the headers. Rows marked “example” are skipped."),
        _("Rows are created or updated, never removed. A row that says what is on record changes nothing."),
        _("A column you leave out stays as it is on record. An empty cell empties what is on record."),
        _("Rulings become drafts, which a second person publishes."),
        _("The file is checked first, and nothing is written while a row is wrong."),
    )
