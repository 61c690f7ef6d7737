"""What a bank's file says, and how it is set beside what was recorded: pure."""

import datetime as dt

import pytest

from marketplace.payments.banking.matching import Movement, compare
from marketplace.payments.banking.rows import MOST_ROWS, account_in, parse, read_statement
from regulation.tables.errors import FileRefused

DAYS = (dt.date(2026, 8, 1), dt.date(2026, 9, 1))
TODAY = dt.date(2026, 10, 1)


def cells(**told):
    return {"number": "N 1", "day": "2026-08-15", "paid_in": "900.00"} | told


def faults(**told):
    return [(fault.column, fault.code) for fault in parse(7, cells(**told), DAYS)]


@pytest.mark.parametrize(
    ("told", "fen"),
    [
        ({}, 90000),
        ({"paid_in": "¥12,800.5"}, 1280050),
        ({"paid_in": "", "paid_out": "0.01"}, 1),
        ({"paid_in": "-", "paid_out": "8"}, 800),
        ({"paid_in": "0.00", "paid_out": "8"}, 800),
        ({"day": "20260815"}, 90000),
        ({"day": "2026/8/15"}, 90000),
        ({"day": "2026-08-15 10:02:03"}, 90000),
    ],
    ids=["plain", "thousands", "out", "dash", "nought", "compact-day", "slashes", "with-time"],
)
def test_a_row_as_banks_write_it(told, fen):
    row = parse(7, cells(**told), DAYS)
    assert (row.number, row.on, row.fen, row.is_in) == (
        "N1",
        dt.date(2026, 8, 15),
        fen,
        "paid_out" not in told,
    )


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"number": ""}, [("number", "needed")]),
        ({"day": ""}, [("day", "needed")]),
        ({"day": "15.8."}, [("day", "not_a_day")]),
        ({"day": "2026-09-01"}, [("day", "other_day")]),
        ({"day": "2026-07-31"}, [("day", "other_day")]),
        ({"paid_in": ""}, [("paid_in", "one_way")]),
        ({"paid_out": "5"}, [("paid_in", "one_way")]),
        ({"paid_in": "9.001"}, [("paid_in", "not_an_amount")]),
        ({"paid_in": "-900"}, [("paid_in", "not_an_amount")]),
        ({"paid_in": "1,00"}, [("paid_in", "not_an_amount")]),
        ({"paid_in": "9" * 40}, [("paid_in", "not_an_amount")]),
        ({"number": "1.234568e+21"}, [("number", "rounded")]),
        ({"number": "x" * 81}, [("number", "too_long")]),
        ({"name": "a\x00b"}, [("name", "control")]),
        ({"number": "", "day": "never", "paid_in": "x"}, None),
    ],
    ids=lambda told: None,
)
def test_a_faulty_row_tells_every_cell(told, wrong):
    found = faults(**told)
    assert found == wrong if wrong else len(found) == 3


def file(*rows: str) -> bytes:
    return "\n".join(["number,day,paid_in,paid_out,account,name,purpose", *rows]).encode()


def test_examples_are_skipped_and_chinese_headers_read():
    told = "标记,银行流水号,交易日期,收入（贷方）金额\n示例,1,2026-08-01,5\n,2,2026-08-01,5\n".encode(
        "gb18030"
    )
    assert [cells["number"] for _row, cells in read_statement(told)] == ["2"]


def test_too_many_rows_and_unknown_columns_are_refused():
    with pytest.raises(FileRefused, match="more than 10000 rows"):
        list(read_statement(file(*(f"{n},2026-08-01,1" for n in range(MOST_ROWS + 1)))))
    with pytest.raises(FileRefused, match="no column “balance”"):
        list(read_statement(b"number,day,paid_in,balance\n1,2026-08-01,1,9\n"))


def test_the_account_in_a_line_of_settings():
    assert account_in("户名 · 开户行 100 号 · 6222 0000 0000 0000") == "6222000000000000"
    assert account_in("") == ""


def line(number, fen=90000, on=15, is_in=True):
    return Movement(number, is_in, dt.date(2026, 8, on), fen, object())


def results(lines, transfers, *, beyond=(), told=(DAYS,), today=TODAY):
    found = compare(lines, transfers, beyond=beyond, days=DAYS, told=told, today=today)
    return sorted((str(one.result), one.due) for one in found)


def refused(number):
    return Movement(number, True, dt.date(2026, 8, 15), 90000, object(), refused=True)


@pytest.mark.parametrize(
    ("lines", "transfers", "expected"),
    [
        ([line("A")], [line("A")], [("fits", False)]),
        ([line("A")], [line("A", fen=1)], [("amount", True)]),
        ([line("A")], [], [("unrecorded", True)]),
        ([], [line("A")], [("missing", True)]),
        ([line("A")], [line("B", on=17)], [("number", True)]),
        ([line("A")], [line("B", on=19)], [("missing", True), ("unrecorded", True)]),
        ([line("A")], [line("B"), line("C")], [("missing", True), ("missing", True), ("unrecorded", True)]),
        ([line("A")], [line("A", is_in=False)], [("missing", True), ("unrecorded", True)]),
        ([line("A")], [refused("A")], [("refused", True)]),
        ([line("A")], [refused("A"), line("A")], [("fits", False)]),
        ([], [refused("A")], []),
    ],
    ids=[
        "fits",
        "another-amount",
        "not-recorded",
        "not-at-the-bank",
        "another-number",
        "too-far-apart",
        "two-it-may-be",
        "the-other-way",
        "refused-here",
        "refused-and-recorded-anew",
        "refused-and-not-moved",
    ],
)
def test_how_a_bank_and_the_record_stand_to_each_other(lines, transfers, expected):
    assert results(lines, transfers) == expected


def test_what_may_still_come_is_not_due():
    assert results([line("A")], [], today=dt.date(2026, 8, 18)) == [("unrecorded", False)]
    assert results([line("A")], [], today=dt.date(2026, 8, 19)) == [("unrecorded", True)]
    assert results([], [line("A", on=29)]) == [("missing", False)]  # the bank may have booked it in September
    later = (DAYS[1], dt.date(2026, 9, 10))
    assert results([], [line("A", on=29)], told=(DAYS, later)) == [("missing", True)]
    assert results([], [line("A", on=29)], beyond=[("A", True)], told=(DAYS, later)) == []


def test_a_day_without_a_statement_misses_nothing():
    assert results([], [line("A", on=15)], told=[(DAYS[0], dt.date(2026, 8, 10))]) == []
