"""An edition as a file: lines of canonical JSON, CSV, or a workbook with the difference to the one before."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .listing import canonical, labels_of, shown
from .models import Edition, EditionRow
from .queries import counterparts, delta, edition_before

CHUNK = 1000
CELL = 32_767  # what a cell of a workbook can hold
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def unofficial() -> str:
    return _(
        "Compiled by this site from the public material its records name. "
        "It is not an official list of any government."
    )


def plain(value: object) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: object) -> Any:
    return value if isinstance(value, int) else plain(value)[:CELL]


def rows_of(edition: Edition) -> Iterator[EditionRow]:
    return edition.rows.order_by("position").iterator(chunk_size=CHUNK)


def as_lines(edition: Edition) -> Iterator[bytes]:
    """The very bytes the digest is taken over."""
    return (canonical(row.key, row.body) for row in rows_of(edition))


def table(edition: Edition) -> Iterator[list[object]]:
    """The edition as a table in the reader's language, its head first."""
    labels = labels_of(edition.of_list.kind)
    yield [_("No."), *labels.values(), _("Level")]
    for row in rows_of(edition):
        level = row.get_level_display() if row.level else ""
        yield [row.position, *(shown(name, row.body) for name in labels), level]


def as_csv(edition: Edition) -> Iterator[str]:
    """The table as CSV with a byte-order mark, so that spreadsheets read Chinese; a line at a time.

    The last line has no number: it says that this is no official list.
    """
    yield "\ufeff"
    note: list[object] = ["", unofficial()]
    for row in chain(table(edition), [note]):
        line = StringIO()
        csv.writer(line).writerow([_cell(value) for value in row])
        yield line.getvalue()


def changes(old: Edition, new: Edition) -> Iterator[list[object]]:
    """What sets two editions of a list apart as a table, its head first; a changed field a row."""
    labels = labels_of(new.of_list.kind)
    found = delta(old, new)
    yield [_("What changed"), _("No."), _("Service"), _("Approval"), _("Field"), _("Before"), _("After")]
    for word, rows in ((_("Added"), found.added), (_("Removed"), found.removed)):
        for row in rows.iterator(chunk_size=CHUNK):
            yield [word, row.position, shown("service", row.body), shown("approval", row.body), "", "", ""]
    for row, was in pairs(found.changed.iterator(chunk_size=CHUNK), old):
        for name, label in labels.items():
            before, after = shown(name, was.body), shown(name, row.body)
            if before != after:
                names = [shown("service", row.body), shown("approval", row.body)]
                yield [_("Changed"), row.position, *names, label, before, after]


def pairs(rows: Iterable[EditionRow], old: Edition) -> Iterator[tuple[EditionRow, EditionRow]]:
    """Each row with its counterpart in another edition."""
    batch: list[EditionRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _paired(batch, old)
            batch = []
    yield from _paired(batch, old)


def _paired(batch: list[EditionRow], old: Edition) -> Iterator[tuple[EditionRow, EditionRow]]:
    was = counterparts(batch, old) if batch else {}
    return ((row, was[row.key]) for row in batch)


def as_workbook(edition: Edition, address: str) -> IO[bytes]:
    """A workbook: the rows, the difference to the edition before, what the list is. Written row by row."""
    book = Workbook(write_only=True)
    _sheet(book, _("List"), table(edition))
    before = edition_before(edition)
    if before is not None:
        title = _("Difference to edition %(number)s") % {"number": before.number}
        _sheet(book, title, changes(before, edition))
    _sheet(book, _("About"), _about(edition, address))
    written = TemporaryFile()  # noqa: SIM115 - the answer closes it
    book.save(written)
    written.seek(0)
    return written


def _sheet(book: Workbook, title: str, rows: Iterable[list[object]]) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_cell(value) for value in row])


def _about(edition: Edition, address: str) -> Iterator[list[object]]:
    yield [_("List"), str(edition.of_list)]
    yield [_("Region"), str(edition.of_list.region)]
    yield [_("Edition"), edition.number or ""]
    yield [_("As of"), edition.as_of.isoformat()]
    yield [_("Rows"), edition.row_count]
    yield ["SHA-256", edition.digest]
    yield [_("Address"), address]
    yield [_("Note"), unofficial()]
    for entry in edition.left_out:
        names = "，".join(str(entry[name]) for name in ("service", "approval") if entry[name])
        yield [_("Left out: the legal basis has ended"), names]
