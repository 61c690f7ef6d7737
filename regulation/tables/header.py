"""Which column of a file is which column of the sheet. No ORM."""

import difflib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import override

from .columns import Column, Holds, Sheet
from .errors import FileRefused
from .reading import Row, peek

NUMBER = re.compile(r"[0-9]{8,}")  # a row in the place of the header may hold an identity number
LANGUAGES = ("zh-hans", "en")


def read_header(sheet: Sheet, rows: Iterator[Row]) -> tuple[list[Column | None], Iterator[Row]]:
    """The columns in the file's order, None for one without a header, and the rows below the header.

    A header names a column by its own name or by its label in either language. Where a second row names the
    columns by their own names, as in a workbook of ours, it decides. Raises FileRefused.
    """
    first, all_rows = peek(rows, 2)
    known = known_columns(sheet)
    if not first or not any(cell.lower() in known for cell in first[0][1]):
        raise FileRefused("no_header")
    next(all_rows)
    header = first[0][1]
    own = {column.name for column in sheet.columns}
    if len(first) > 1 and {cell for cell in first[1][1] if cell} <= own:
        header = first[1][1]
        next(all_rows)
    columns = [_column(known, cell) for cell in header]
    _check(sheet, [column for column in columns if column])
    return columns, all_rows


def sheet_of(sheets: Sequence[Sheet], rows: Iterator[Row]) -> tuple[Sheet, Iterator[Row]]:
    """The sheet whose first key column the header names, and all rows again. Raises FileRefused."""
    first, all_rows = peek(rows, 1)
    header = {cell.lower() for cell in first[0][1]} if first else set()
    for sheet in sheets:
        key = next(column for column in sheet.columns if column.key)
        if any(found is key for cell, found in known_columns(sheet).items() if cell in header):
            return sheet, all_rows
    raise FileRefused("no_header")


def known_columns(sheet: Sheet) -> dict[str, Column]:
    known = {column.name: column for column in sheet.columns}
    for language in LANGUAGES:
        with override(language):
            for column in sheet.columns:
                known.setdefault(str(column.label).lower(), column)
    return known


def _column(known: dict[str, Column], cell: str) -> Column | None:
    if not cell:
        return None
    column = known.get(cell.lower())
    if column is None:
        near = difflib.get_close_matches(cell.lower(), known, n=1)
        raise FileRefused("unknown_column", column=NUMBER.sub("…", cell)[:60], meant=near[0] if near else "")
    return column


def _check(sheet: Sheet, columns: list[Column]) -> None:
    for n, column in enumerate(columns):
        if column in columns[:n]:
            raise FileRefused("repeated_column", column=column.name)
    for column in sheet.columns:
        # An approval's column may be left out: then every row speaks of the service alone.
        if column.key and column.needed and column not in columns:
            raise FileRefused("missing_column", column=column.name)


def marks(columns: list[Column | None]) -> int | None:
    """Where the mark of an example stands."""
    return next((n for n, column in enumerate(columns) if column and column.holds == Holds.MARK), None)


@lru_cache(maxsize=64)
def _spoken(name: str, choices: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    known = {code: code for code, _label in choices}
    for language in LANGUAGES:
        with override(language):
            for code, label in choices:
                known.setdefault(str(label).lower(), code)
    return known


def spoken(column: Column) -> dict[str, str]:
    """The values of a choice, by code and by label in either language, in small letters."""
    return _spoken(column.name, tuple(column.choices.items()))
