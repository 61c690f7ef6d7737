"""A check and an export hold a chunk of rows, not the table: five times the rows take little more memory."""

import tracemalloc

import pytest

from regulation.registry.exchange.checking import Check
from regulation.registry.exchange.columns import SERVICES
from regulation.tables.writing import csv_lines, workbook

pytestmark = pytest.mark.django_db
SMALL, LARGE = 1_000, 5_000


def cells(count):
    for n in range(count):
        said = {
            "code": f"s-{n}",
            "name": f"服务{n}",
            "description": f"第{n}项 " + "说明" * 400,
            "source": "来源",
        }
        yield [said.get(column.name, "") for column in SERVICES.exported]


def peak(work, *arguments):
    tracemalloc.start()
    try:
        work(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def check(content):
    for _chunk in Check("services", content, progress=lambda done, total: None).outcomes():
        pass


def table(count):
    header = [column.name for column in SERVICES.exported]
    return "".join(csv_lines(header, cells(count))).encode()


def test_a_check_holds_a_chunk_of_rows():
    """What may grow is the key of each row (repeated ones are told), and no text of it."""
    small, large = table(SMALL), table(LARGE)
    check(small)  # what is read once
    grown = peak(check, large) - peak(check, small)
    assert grown < (len(large) - len(small)) / 2


def send_csv(count):
    for _piece in csv_lines(["x"] * len(SERVICES.exported), cells(count)):
        pass


def send_xlsx(count):
    workbook("x", SERVICES.exported, cells(count)).close()


@pytest.mark.parametrize("send", [send_csv, send_xlsx])
def test_an_export_holds_a_chunk_of_rows(send):
    send(10)
    assert peak(send, LARGE) < 1.5 * peak(send, SMALL)
