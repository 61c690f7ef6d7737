"""A table as a download."""

from collections.abc import Iterable, Sequence
from typing import IO

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from .columns import Column
from .writing import csv_lines, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")


def table_file(
    name: str, fmt: str, title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]
) -> HttpResponseBase:
    """The rows as a file called `name`, in one of FORMATS."""
    if fmt == "xlsx":
        return workbook_file(name, workbook(title, columns, rows))
    lines = csv_lines([str(column.label) for column in columns], rows)
    response = StreamingHttpResponse(in_language(lines), content_type="text/csv; charset=utf-8")
    return named(response, f"{name}.csv")


def workbook_file(name: str, file: IO[bytes]) -> HttpResponseBase:
    return named(FileResponse(file, content_type=XLSX), f"{name}.xlsx")


def in_language(lines: Iterable[str]) -> Iterable[str]:
    """The lines as made in the language of the request: they are made after its middleware has left."""
    language = translation.get_language()

    def made() -> Iterable[str]:
        with translation.override(language):
            yield from lines

    return made()


def named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response
