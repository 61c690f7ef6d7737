"""Reading an uploaded table row by row: CSV in UTF-8 or GB18030, or an .xlsx workbook. No ORM."""

import csv
import io
import itertools
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from .cells import from_xml, plain, unescaped
from .errors import FileRefused

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 64
UNPACKED_MAX = 400 * 1024 * 1024
STRINGS_MAX = 64 * 1024 * 1024  # a workbook's shared texts are held in memory while it is read
FIELD_MAX = 131_072
CHUNK = 1 << 20
PACKED, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Formula(str):
    """The text of a cell that holds a formula. Text that only begins like one has an apostrophe before it."""

    __slots__ = ()


Row = tuple[int, list[str]]  # as a spreadsheet counts it from 1, and its cells as text


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file. `total` is about how many rows it has; `rows` can be gone through once and raises
    FileRefused where the file is broken."""

    rows: Iterator[Row]
    total: int
    encoding: str


def open_table(content: bytes) -> Table:
    """The rows of a file that are not empty. What it is follows from its bytes. Raises FileRefused."""
    return _workbook(content) if _is_workbook(content) else _text(content)


def open_sheets(content: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    """Every visible sheet of a workbook by its title, each to be gone through before the next; or the one
    table that a text is, without a title. Raises FileRefused."""
    if not _is_workbook(content):
        yield "", _text(content).rows
        return
    _unpacked(content)
    with _opened(content) as book:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield sheet.title, _limited(_rows_of(sheet))


def _is_workbook(content: bytes) -> bool:
    if not content or content.isspace():  # strip() would copy the file
        raise FileRefused("empty")
    if len(content) > MAX_BYTES:
        raise FileRefused("too_big", most=MAX_BYTES // 1024 // 1024)
    if content.startswith(OLD_EXCEL):
        raise FileRefused("old_excel")
    return content.startswith(PACKED)


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    found = 0
    for number, cells in rows:
        if any(cells):
            found += 1
            if found > MAX_ROWS:
                raise FileRefused("too_many_rows", most=MAX_ROWS)
            yield number, cells


# --- CSV ---------------------------------------------------------------------------------------------------


def _text(content: bytes) -> Table:
    encoding = _encoding(content)
    total = content.count(b"\n") + (not content.endswith(b"\n"))
    return Table(_limited(_csv_rows(content, encoding)), total, encoding=encoding)


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content:
        raise FileRefused("not_a_table")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            for _piece in _decoded(content, encoding):
                pass
            return encoding
        except UnicodeDecodeError:
            continue
    raise FileRefused("not_a_table")


def _decoded(content: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")


def _csv_rows(content: bytes, encoding: str) -> Iterator[Row]:
    try:
        first = _decoded(content, encoding).readline()
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(_decoded(content, encoding), delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, start=1):
            yield number, [unescaped(plain(cell)) for cell in cells[:MAX_COLUMNS]]
    except csv.Error as broken:
        raise FileRefused("bad_csv", line=reader.line_num) from broken
    except UnicodeDecodeError as broken:
        raise FileRefused("not_a_table") from broken


# --- workbooks ---------------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Table:
    total = _unpacked(content)
    return Table(_limited(_sheet_rows(content)), total, encoding="xlsx")


def _unpacked(content: bytes) -> int:
    """About how many rows the largest sheet has. Refuses what is no workbook or unpacks to too much.

    zipfile never gives more than an entry's declared size, so what is declared can be relied on.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise FileRefused("not_a_table")
            strings = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
            if sum(part.file_size for part in parts) > UNPACKED_MAX or strings > STRINGS_MAX:
                raise FileRefused("bomb")
            sheets = [part for part in parts if part.filename.startswith("xl/worksheets/sheet")]
            return max((_count(archive, part) for part in sheets), default=0)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as broken:
        raise FileRefused("damaged") from broken


def _count(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How often a sheet's XML opens a row."""
    count, kept = 0, b""
    with archive.open(part) as source:
        while piece := source.read(CHUNK):
            piece = kept + piece
            count += piece.count(b"<row ")
            kept = piece[-4:]
    return count


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except Exception as broken:  # openpyxl lets through whatever a broken part makes of itself
        raise FileRefused("damaged") from broken
    try:
        yield book
    finally:
        book.close()


def _sheet_rows(content: bytes) -> Iterator[Row]:
    with _opened(content) as book:
        sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
        if sheet is None:
            raise FileRefused("damaged")
        yield from _rows_of(sheet)


def _rows_of(sheet: Any) -> Iterator[Row]:
    try:
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, [_cell(value) for value in cells]
    except FileRefused:
        raise
    except Exception as broken:
        raise FileRefused("damaged") from broken


def _cell(value: object) -> str:
    if isinstance(value, ArrayFormula | DataTableFormula):
        return Formula("=")
    if isinstance(value, str):
        text = from_xml(plain(value))
        return Formula(text) if text.startswith("=") else unescaped(text)
    return plain(value)


def peek(rows: Iterator[Row], count: int) -> tuple[list[Row], Iterator[Row]]:
    """The first rows, and all of them again."""
    first = list(itertools.islice(rows, count))
    return first, itertools.chain(first, rows)
