"""The sheets of a table, as data: which columns each has and what a cell of each may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

TEXT_MAX = 4000
YES_NO = {"yes": _("yes"), "no": _("no")}


class Holds(StrEnum):
    """What a cell of a column is."""

    KEY = "key"  # the address part, made of letters, digits, hyphens and underscores
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    REGION = "region"
    SERVICE = "service"
    APPROVAL = "approval"
    DEPARTMENT = "department"
    CONDITION = "condition"
    PROVISIONS = "provisions"
    NAME = "name"  # the name of what stands in the column before it: for reading, never stored
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` never changes; `label` is the header in the reader's language. `most` is the longest text or the
    greatest number. `key` columns say which row it is, and a file without them is not read; a `needed` one is
    filled in on every new row. `of` names the column that a NAME column repeats in words. The cells of an
    `exact` one are text in a workbook: a spreadsheet keeps fifteen digits of a number and no more."""

    name: str
    label: Any
    holds: Holds = Holds.TEXT
    most: int = TEXT_MAX
    key: bool = False
    needed: bool = False
    hint: Any = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""
    width: int = 24
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of row. `examples` are rows of the template, marked so that an import skips them."""

    kind: str
    title: Any
    columns: tuple[Column, ...]
    examples: tuple[dict[str, str], ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def exported(self) -> tuple[Column, ...]:
        """The columns of an export: all but the mark of an example."""
        return tuple(column for column in self.columns if column.holds != Holds.MARK)


def choices_of(enum: Any) -> dict[str, Any]:
    return {str(value): label for value, label in enum.choices}


MARK = Column(
    "mark",
    _("Mark"),
    Holds.MARK,
    most=20,
    hint=_("A row marked “example” is skipped. Leave this cell empty in your own rows."),
    choices={"example": _("example")},
    width=10,
)
ABOUT_NAMES = _(
    "For reading. It is not stored, but it has to agree with the code before it; it may be empty."
)


def name_of(of: str, label: Any) -> Column:
    """The column that repeats in words what a code column says."""
    return Column(f"{of}_name", label, Holds.NAME, of=of, hint=ABOUT_NAMES)
