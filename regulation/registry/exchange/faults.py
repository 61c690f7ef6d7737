"""What can be wrong with a row, each in the reader's language. No ORM."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.tables.columns import Sheet

WHAT: dict[str, Any] = {
    "needed": _("The cell is empty, and this row needs it."),
    "control": _("The cell holds control characters that cannot be kept."),
    "formula": _(
        "The cell holds a formula. Write its value; put an apostrophe before a text that begins so."
    ),
    "too_long": _("The text is longer than %(most)s characters."),
    "not_a_key": _("An address part has letters, digits, hyphens and underscores only."),
    "not_a_number": _("This is not a whole number."),
    "number_out_of_range": _("The number has to lie between %(least)s and %(most)s."),
    "not_a_day": _("This is not a day of the calendar. Write it as 2026-08-15."),
    "day_out_of_range": _("The day has to lie between 1949-10-01 and 2199-12-31."),
    "not_a_choice": _("This is none of the values that the column knows."),
    "unknown_region": _("No region has this code or name."),
    "ambiguous_region": _("Several regions have this name. Write the code."),
    "unknown_service": _("No service has this code or name."),
    "ambiguous_service": _("Several services have this name. Write the code."),
    "unknown_approval": _("No approval has this address part."),
    "approval_elsewhere": _(
        "The approval belongs to a region that is neither this one nor above or below it, so no ruling here "
        "can speak of it."
    ),
    "moved_apart": _(
        "Rulings on record speak of this approval in “%(where)s”, which is neither this region nor above or "
        "below it. Replace or withdraw them first."
    ),
    "unknown_department": _("No department on record has this name."),
    "ambiguous_department": _("Several departments have this name. Write the credit code."),
    "unknown_condition": _("No condition has this code."),
    "unknown_provision": _("No provision has this address part."),
    "repeated_provision": _("A provision is named twice."),
    "contradicts": _("The name does not agree with the code in the column “%(of)s”."),
    "repeated": _("Row %(other)s of this file says something about the same already."),
    "code_taken": _("Another approval has this code already."),
    "end_before_start": _("The ruling has to end after it starts."),
    "overlaps": _(
        "Row %(other)s of this file holds for the same approval, service and region in that period."
    ),
    "no_lawful_basis": _(
        "Only a law, an administrative regulation or a decision of the State Council that is in force on the "
        "day the ruling starts can require a service (Regulations on Optimising the Business Environment, "
        "art. 43)."
    ),
    "days_without_kind": _(
        "A time limit names its number and whether it counts working days or calendar days."
    ),
    "follow_up_missing": _(
        "A ruling that abolishes a demand says how the matter is supervised from then on."
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the row as a spreadsheet counts it, the column's name, what stands there, which fault,
    and what was probably meant (empty where nothing is near)."""

    row: int
    column: str
    value: str
    code: str
    meant: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def sentence(sheet: Sheet, code: str, params: dict[str, Any]) -> str:
    """What is wrong, in the reader's language. A column named in `params` is shown by its header."""
    said = dict(params)
    if "of" in said:
        said["of"] = str(sheet.column(str(said["of"])).label)
    return str(WHAT[code]) % said
