"""What was found in a file, as a reader is told it: of a table by sheet, row and column."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import ImportForm, InterestFault
from .faults import sentence
from .places import column_at, place_of
from .vocabulary import shown_id


@dataclass(frozen=True, slots=True)
class Told:
    """One thing found. `at` is the line, or sheet and row; `where` the column or the place in a statement."""

    at: str
    where: str
    value: str
    what: str
    meant: str
    severity: str
    follows: str
    statement_id: str


def told(fault: InterestFault, *, form: str) -> Told:
    """A fault in the reader's language."""
    at, where, value, params = str(fault.line), fault.path, fault.value, fault.params
    statement_id = fault.statement_id
    if form == ImportForm.TABLE:
        sheet, row = place_of(fault.line)
        column = column_at(sheet, fault.path)
        at = _("%(sheet)s, row %(row)s") % {"sheet": sheet.title, "row": row}
        where, value, statement_id = str(column.label) if column else "", shown_id(value), ""
        if fault.code in ("repeated", "repeated_differs") and "other" in params:
            params = params | {"other": place_of(int(params["other"]))[1]}
    follows = str(fault.get_severity_display())
    what = sentence(fault.code, params)
    return Told(at, where, value, what, fault.meant, fault.severity, follows, statement_id)
