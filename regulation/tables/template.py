"""The workbook to begin with: sheets with examples and drop-downs, and one that explains the columns."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from .columns import Column, Holds, Sheet
from .header import LANGUAGES
from .reading import MAX_ROWS
from .writing import put_sheet, saved

FIRST = 3  # below the two rows of headers
LISTS = "Lists"
EXPLANATION = "Explanation"
CHOSEN = (Holds.CHOICE, Holds.MARK)

Offered = Mapping[str, Sequence[str]]  # what a drop-down offers, by what a column holds


def is_explanation(title: str) -> bool:
    """Whether a sheet of this title is the one that explains a template, in either language."""
    known = [EXPLANATION, LISTS]
    for language in LANGUAGES:
        with override(language):
            known.append(_(EXPLANATION))
    return title in known


def template_rows(sheet: Sheet) -> list[list[str]]:
    """The example rows, marked so that an import skips them."""
    return [_example(sheet, example) for example in sheet.examples]


def _example(sheet: Sheet, example: dict[str, str]) -> list[str]:
    return [_example_cell(column, example.get(column.name, "")) for column in sheet.columns]


def _example_cell(column: Column, text: str) -> str:
    if column.holds == Holds.MARK:
        return str(column.choices["example"])
    return str(column.choices.get(text, text))


def template_workbook(sheets: Sequence[Sheet], *, offered: Offered, advice: Sequence[str]) -> IO[bytes]:
    """The template of some sheets in the reader's language, in a temporary file at its beginning."""
    book = Workbook()
    book.remove(book.worksheets[0])
    lists: list[Sequence[str]] = []
    for sheet in sheets:
        data = put_sheet(book, str(sheet.title), sheet.columns, template_rows(sheet))
        for n, column in enumerate(sheet.columns, start=1):
            values = _offers(column, offered)
            if values:
                lists.append(values)
                _drop_down(data, n, column, position=len(lists), count=len(values))
    _explanation(book, sheets, advice)
    _put_lists(book, lists)
    return saved(book)


def _offers(column: Column, offered: Offered) -> Sequence[str]:
    if column.holds in CHOSEN:
        return [str(label) for label in column.choices.values()]
    return offered.get(str(column.holds), ())


def _drop_down(sheet: Any, n: int, column: Column, *, position: int, count: int) -> None:
    letter = get_column_letter(position)
    rule = DataValidation(type="list", formula1=f"{LISTS}!${letter}$1:${letter}${count}", allow_blank=True)
    # A region or service may also be written by its name: what is not in the list is warned of, not refused.
    rule.errorStyle = "stop" if column.holds in CHOSEN else "warning"
    rule.error = _("Choose a value of the list.")
    rule.promptTitle, rule.prompt = str(column.label)[:32], str(column.hint)[:255] or None
    cells = get_column_letter(n)
    rule.add(f"{cells}{FIRST}:{cells}{MAX_ROWS}")
    sheet.add_data_validation(rule)


def _explanation(book: Workbook, sheets: Sequence[Sheet], advice: Sequence[str]) -> None:
    about = book.create_sheet(_(EXPLANATION))
    for letter, width in (("A", 30), ("B", 18), ("C", 10), ("D", 70)):
        about.column_dimensions[letter].width = width
    for line in advice:
        about.append([line])
    for sheet in sheets:
        about.append([])
        if len(sheets) > 1:
            about.append([str(sheet.title)])
        about.append([_("Column"), _("Name in files"), _("Needed"), _("What it holds")])
        for column in sheet.columns:
            needed = _("yes") if column.needed else ""
            about.append([str(column.label), column.name, needed, _about(column)])


def _about(column: Column) -> str:
    values = "; ".join(str(label) for label in column.choices.values())
    return " ".join(filter(None, (str(column.hint), values)))


def _put_lists(book: Workbook, lists: Sequence[Sequence[str]]) -> None:
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    for n in range(max(map(len, lists), default=0)):
        sheet.append([values[n] if n < len(values) else None for values in lists])
