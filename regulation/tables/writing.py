"""Tables going out: CSV line by line, workbooks through openpyxl's write-only mode. No ORM."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .cells import escaped, for_xml
from .columns import Column

BOM = "\ufeff"  # or Excel takes a CSV for the local character set
LINES = 200


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A CSV in pieces of some lines, with a byte order mark; cells that look like formulas are escaped."""
    writer: Any = csv.writer(_Echo())
    piece = [BOM + writer.writerow([escaped(cell) for cell in header])]
    for row in rows:
        piece.append(writer.writerow([escaped(cell) for cell in row]))
        if len(piece) == LINES:
            yield "".join(piece)
            piece = []
    yield "".join(piece)


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A workbook of one sheet in a temporary file, at its beginning. Rows never stand in memory together."""
    return workbook_of([(title, columns, rows)])


def workbook_of(sheets: Iterable[tuple[str, Sequence[Column], Iterable[Sequence[str]]]]) -> IO[bytes]:
    """A workbook of some sheets, as `workbook` makes one."""
    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        put_sheet(book, title, columns, rows)
    return saved(book)


def put_sheet(book: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Any:
    """A sheet whose first row names the columns in the reader's language, and whose hidden second row names
    them as they never change."""
    sheet = book.create_sheet(title[:31])
    for n, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = column.width
        if column.exact:
            sheet.column_dimensions[get_column_letter(n)].number_format = "@"
    sheet.row_dimensions[2].hidden = True
    sheet.freeze_panes = "A3"
    sheet.append([_head(sheet, str(column.label)) for column in columns])
    sheet.append([column.name for column in columns])
    for row in rows:
        sheet.append([for_xml(escaped(cell)) or None for cell in row])
    return sheet


def _head(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def saved(book: Workbook) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file
