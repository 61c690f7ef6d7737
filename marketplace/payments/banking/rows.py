"""From an uploaded statement to typed rows, or to every fault of it. Pure: no ORM, no clock."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.tables.cells import day_of, has_control
from regulation.tables.columns import Column, Holds
from regulation.tables.errors import FileRefused
from regulation.tables.header import marks, read_header, spoken
from regulation.tables.reading import Formula, Row, open_table

from ..books import to_fen
from .columns import SHEET

MOST_ROWS = 10_000
MOST_FAULTS = 200
MOST_YUAN = Decimal(10) ** 12
_AMOUNT = re.compile(r"[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})?")
_DIGITS = re.compile(r"\d[\d ]{5,38}\d")

WHAT: dict[str, Any] = {
    "needed": _("The cell is empty, and this row needs it."),
    "control": _("The cell holds control characters that cannot be kept."),
    "formula": _(
        "The cell holds a formula. Write its value; put an apostrophe before a text that begins so."
    ),
    "too_long": _("The text is longer than %(most)s characters."),
    "not_a_day": _("This is not a day of the calendar. Write it as 2026-08-15."),
    "other_day": _("The day lies outside the days that you say the statement is for."),
    "not_an_amount": _("This is not an amount in yuan above nothing, with at most two places."),
    "one_way": _("A row has either an amount paid in or an amount paid out."),
    "rounded": _("A spreadsheet has rounded this number. Write it as text."),
    "repeated": _("Row %(other)s of this file has the same number and direction already."),
    "on_record": _("A statement on record has this number with another day or amount."),
}


@dataclass(frozen=True, slots=True)
class BankRow:
    """One row that makes sense: `fen` > 0, in or out of the account the statement is of."""

    row: int
    number: str
    is_in: bool
    on: dt.date
    fen: int
    account: str
    name: str
    purpose: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong: the row as a spreadsheet counts it, the column, what stands there, which fault."""

    row: int
    column: str
    value: str
    code: str
    other: int = 0

    @property
    def label(self) -> str:
        return str(SHEET.column(self.column).label)

    @property
    def what(self) -> str:
        return str(WHAT[self.code]) % {"other": self.other, "most": SHEET.column(self.column).most}


def same_number(text: str) -> str:
    """A bank's number as it is compared: capitals, and no spaces."""
    return "".join(text.split()).upper()


def account_in(text: str) -> str:
    """The digits of the account number in a line that names holder, bank and number; empty where none is."""
    found = _DIGITS.findall(text)
    return found[-1].replace(" ", "") if found else ""


def read_statement(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row that is no example, its cells by the name of the column. Raises FileRefused."""
    columns, rows = read_header(SHEET, open_table(content).rows)
    mark, examples = marks(columns), spoken(SHEET.column("mark"))
    found = 0
    for number, cells in rows:
        if mark is not None and mark < len(cells) and cells[mark].lower() in examples:
            continue
        found += 1
        if found > MOST_ROWS:
            raise FileRefused("too_many_rows", most=MOST_ROWS)
        yield number, _named((number, cells), columns)


def _named(row: Row, columns: list[Column | None]) -> dict[str, str]:
    cells = row[1]
    return {
        column.name: cells[n]
        for n, column in enumerate(columns)
        if column is not None and column.holds != Holds.MARK and n < len(cells)
    }


def parse(number: int, cells: dict[str, str], days: tuple[dt.date, dt.date]) -> BankRow | list[RowFault]:
    """One row, or every fault of it. `days` are the first day of the statement and the day after its last."""
    faults = [
        RowFault(number, name, _shown(text), code)
        for name, text in cells.items()
        if (code := _unsound(SHEET.column(name), text))
    ]
    faulty = {fault.column for fault in faults}
    for name in ("number", "day"):
        if not cells.get(name):
            faults.append(RowFault(number, name, "", "needed"))
            faulty.add(name)
    on = _day(cells.get("day", ""))
    if "day" not in faulty and (on is None or not days[0] <= on < days[1]):
        code = "not_a_day" if on is None else "other_day"
        faults.append(RowFault(number, "day", _shown(cells["day"]), code))
    ways = [name for name in ("paid_in", "paid_out") if _is_amount(cells.get(name, ""))]
    if len(ways) != 1:
        faults.append(RowFault(number, "paid_in", _shown(cells.get("paid_in", "")), "one_way"))
        return faults
    fen = _fen(cells[ways[0]])
    if fen is None and ways[0] not in faulty:
        faults.append(RowFault(number, ways[0], _shown(cells[ways[0]]), "not_an_amount"))
    if faults or fen is None or on is None:
        return faults
    return BankRow(
        number,
        same_number(cells["number"]),
        ways[0] == "paid_in",
        on,
        fen,
        _account(cells),
        cells.get("name", ""),
        cells.get("purpose", ""),
    )


def is_of(cells: dict[str, str], account: str) -> bool:
    """Whether a row names this account as the other side's."""
    return _account(cells) == account


def _account(cells: dict[str, str]) -> str:
    return re.sub(r"[\s-]", "", cells.get("account", ""))


def _shown(text: object) -> str:
    return "".join("�" if has_control(c) else c for c in str(text)[:80])


def _unsound(column: Column, text: str) -> str:
    if isinstance(text, Formula):
        return "formula"
    if has_control(text):
        return "control"
    if column.exact and re.fullmatch(r"\d(\.\d+)?e\+\d+", text, re.IGNORECASE):
        return "rounded"
    return "too_long" if len(text) > column.most else ""


def _day(text: str) -> dt.date | None:
    """A day, also as banks write it without separators, or with the time behind it."""
    text = text.split(" ")[0].split("T")[0]
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return day_of(text)


def _is_amount(text: str) -> bool:
    """Whether a cell says something: banks fill the other of the two with nothing, a dash or a nought."""
    return not re.fullmatch(r"[-–—]?|0+(\.0+)?", text.strip())


def _fen(text: str) -> int | None:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    yuan = Decimal(found[1].replace(",", "") + (found[2] or ""))
    return to_fen(yuan) if 0 < yuan < MOST_YUAN else None
