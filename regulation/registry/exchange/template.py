"""The workbook to begin with: a sheet with examples and drop-downs, and one that explains the columns."""

from collections.abc import Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from .columns import Column, Holds, Sheet
from .lookups import Lookups
from .reading import MAX_ROWS
from .writing import put_sheet, saved

FIRST = 3  # below the two rows of headers


def template_rows(sheet: Sheet) -> list[list[str]]:
    """The example rows, marked so that an import skips them."""
    return [_example(sheet, example) for example in sheet.examples]


def _example(sheet: Sheet, example: dict[str, str]) -> list[str]:
    return [_example_cell(column, example.get(column.name, "")) for column in sheet.columns]


def _example_cell(column: Column, text: str) -> str:
    if column.holds == Holds.MARK:
        return str(column.choices["example"])
    return str(column.choices.get(text, text))


def template_workbook(sheet: Sheet) -> IO[bytes]:
    """The template of a sheet in the reader's language, in a temporary file at its beginning."""
    book = Workbook()
    book.remove(book.worksheets[0])
    data = put_sheet(book, str(sheet.title), sheet.columns, template_rows(sheet))
    lists = _lists(sheet)
    for n, column in enumerate(sheet.columns, start=1):
        if column.name in lists:
            _drop_down(
                data, n, column, position=list(lists).index(column.name) + 1, count=len(lists[column.name])
            )
    _explanation(book, sheet)
    _put_lists(book, lists)
    return saved(book)


def _lists(sheet: Sheet) -> dict[str, list[str]]:
    """What a drop-down offers, by column."""
    lookups = Lookups()
    offered: dict[Any, Any] = {
        Holds.REGION: lambda: sorted(lookups.regions),
        Holds.SERVICE: lambda: sorted(lookups.services),
        Holds.CONDITION: lambda: sorted(lookups.conditions),
        Holds.DEPARTMENT: lambda: sorted({name for name, _region, _code in lookups.departments.values()}),
    }
    lists = {}
    for column in sheet.columns:
        if column.holds in (Holds.CHOICE, Holds.MARK):
            lists[column.name] = [str(label) for label in column.choices.values()]
        elif column.holds in offered:
            lists[column.name] = offered[column.holds]()
    return {name: values for name, values in lists.items() if values}


def _drop_down(sheet: Any, n: int, column: Column, *, position: int, count: int) -> None:
    letter = get_column_letter(position)
    rule = DataValidation(type="list", formula1=f"Lists!${letter}$1:${letter}${count}", allow_blank=True)
    # A region or service may also be written by its name: what is not in the list is warned of, not refused.
    rule.errorStyle = "stop" if column.holds in (Holds.CHOICE, Holds.MARK) else "warning"
    rule.error = _("Choose a value of the list.")
    rule.promptTitle, rule.prompt = str(column.label)[:32], str(column.hint)[:255] or None
    cells = get_column_letter(n)
    rule.add(f"{cells}{FIRST}:{cells}{MAX_ROWS}")
    sheet.add_data_validation(rule)


def _explanation(book: Workbook, sheet: Sheet) -> None:
    about = book.create_sheet(_("Explanation"))
    for letter, width in (("A", 30), ("B", 18), ("C", 10), ("D", 70)):
        about.column_dimensions[letter].width = width
    for line in _advice():
        about.append([line])
    about.append([])
    about.append([_("Column"), _("Name in files"), _("Needed"), _("What it holds")])
    for column in sheet.columns:
        about.append([str(column.label), column.name, _("yes") if column.needed else "", _about(column)])


def _advice() -> Sequence[str]:
    return (
        _("Write your rows in the first sheet, below the headers. Rows marked “example” are skipped."),
        _("Rows are created or updated, never removed. A row that says what is on record changes nothing."),
        _("A column you leave out stays as it is on record. An empty cell empties what is on record."),
        _("Rulings become drafts, which a second person publishes."),
        _("The file is checked first, and nothing is written while a row is wrong."),
    )


def _about(column: Column) -> str:
    values = "; ".join(str(label) for label in column.choices.values())
    return " ".join(filter(None, (str(column.hint), values)))


def _put_lists(book: Workbook, lists: dict[str, list[str]]) -> None:
    sheet = book.create_sheet("Lists")
    sheet.sheet_state = "hidden"
    for n in range(max(map(len, lists.values()), default=0)):
        sheet.append([values[n] if n < len(values) else None for values in lists.values()])
