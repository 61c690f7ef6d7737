"""What goes into a cell comes out of it, and nothing that comes out is taken for a formula."""

import csv
import io

import openpyxl
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from regulation.registry.exchange.columns import SHEETS
from regulation.tables.cells import day_of, escaped, for_xml, from_xml, plain, unescaped
from regulation.tables.columns import Column
from regulation.tables.header import read_header
from regulation.tables.reading import Formula, open_table
from regulation.tables.writing import csv_lines, workbook

DANGEROUS = "=+-@\t\r＝＋－＠"
text = st.text(st.characters(codec="utf-8"), max_size=40)
tricky = st.text(st.sampled_from("'=+-@\t,;\"\n ＝x0041__甲"), max_size=12)


@given(text | tricky)
def test_escaping_is_undone_and_leaves_no_formula(value):
    assert unescaped(escaped(value)) == value
    assert not escaped(value).startswith(tuple(DANGEROUS))


@given(text | tricky)
def test_what_xml_cannot_carry_is_undone(value):
    assert from_xml(for_xml(value)) == value


def test_a_formula_is_told_from_text_that_begins_like_one():
    made = openpyxl.Workbook()
    made.active.append(["=1+1", escaped("=text"), 110105194912310020, 41.0])
    file = io.BytesIO()
    made.save(file)
    (_n, cells), *_none = open_table(file.getvalue()).rows
    assert [isinstance(cell, Formula) for cell in cells[:4]] == [True, False, False, False]
    assert not any(cells[4:])
    assert cells[:4] == [
        "=1+1",
        "=text",
        "1.101052e+17",
        "41",
    ]  # a spreadsheet keeps fifteen digits of a number


@given(st.lists(tricky.map(plain), min_size=2, max_size=4).filter(any))
def test_a_csv_gives_back_its_cells(cells):
    columns = [str(n) for n in range(len(cells))]
    content = "".join(csv_lines(columns, [cells])).encode()
    (_n, header), (_m, found) = open_table(content).rows
    assert (header, found) == (columns, cells)


@given(st.lists(tricky.map(plain), min_size=2, max_size=4).filter(any))
def test_a_workbook_gives_back_its_cells(cells):
    columns = [Column(f"c{n}", f"c{n}") for n in range(len(cells))]
    with workbook("测试", columns, [cells]) as file:
        rows = list(open_table(file.read()).rows)
    found = rows[2][1]
    assert not any(found[len(cells) :])
    assert rows[2][0] == 3
    assert found[: len(cells)] == cells


def test_a_csv_that_leaves_neutralises_what_a_spreadsheet_would_run():
    (line,) = csv_lines(["a"], [["=HYPERLINK(1)"], ["-2"], ["@x"], ["'=y"]])
    values = [row[0] for row in csv.reader(io.StringIO(line[1:]))][1:]
    assert line[0] == "\ufeff"
    assert values == ["'=HYPERLINK(1)", "'-2", "'@x", "''=y"]


@pytest.mark.parametrize("written", ["2026-08-15", "2026/8/15", "2026.8.15", "2026年8月15日"])
def test_days_are_read_as_people_write_them(written):
    assert day_of(written).isoformat() == "2026-08-15"


@pytest.mark.parametrize("written", ["2026-02-30", "15.8.2026", "2026", "", "20260815"])
def test_what_is_no_day_is_none(written):
    assert day_of(written) is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_each_header_in_each_language_names_its_own_column(sheet, language):
    with override(language):
        header = [str(column.label) for column in sheet.columns]
    columns, _rows = read_header(sheet, iter([(1, header)]))
    assert columns == list(sheet.columns)
