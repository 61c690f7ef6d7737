from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ...forms import ApprovalFilter, ServiceFilter
from ...models import Approval, Service
from ..columns import SHEETS, Column
from ..exporting import export_rows
from ..forms import RulingFilter
from ..queries import rulings_on_record
from ..template import template_rows, template_workbook
from ..writing import csv_lines, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")

EXPORTS: dict[str, tuple[Callable[..., Any], Callable[[], QuerySet[Any]]]] = {
    "approvals": (ApprovalFilter, lambda: Approval.objects.order_by("ref")),
    "services": (ServiceFilter, lambda: Service.objects.order_by("code")),
    "rulings": (RulingFilter, rulings_on_record),
}


@require_safe
def export(request: HttpRequest, kind: str, fmt: str) -> HttpResponseBase:
    """A list as a file, with the filters of its page."""
    if kind not in EXPORTS or fmt not in FORMATS:
        raise Http404
    filtered, queryset = EXPORTS[kind]
    found = filtered(request.GET or None, queryset=queryset())
    if not found.form.is_valid() and found.is_bound:
        raise Http404
    sheet = SHEETS[kind]
    name = f"{sheet.title}-{timezone.localdate().isoformat()}"
    rows = export_rows(kind, found.qs)
    return _file(name, fmt, str(sheet.title), sheet.exported, rows)


@require_safe
def template(request: HttpRequest, kind: str, fmt: str) -> HttpResponseBase:
    """The table to begin an import with."""
    if kind not in SHEETS or fmt not in FORMATS:
        raise Http404
    sheet = SHEETS[kind]
    name = _("%(title)s – template") % {"title": sheet.title}
    if fmt == "xlsx":
        response = FileResponse(template_workbook(sheet), content_type=XLSX)
        return _named(response, f"{name}.xlsx")
    return _file(name, fmt, str(sheet.title), sheet.columns, template_rows(sheet))


def _file(
    name: str, fmt: str, title: str, columns: tuple[Column, ...], rows: Iterable[list[str]]
) -> HttpResponseBase:
    if fmt == "xlsx":
        return _named(FileResponse(workbook(title, columns, rows), content_type=XLSX), f"{name}.xlsx")
    lines = csv_lines([str(column.label) for column in columns], rows)
    response = StreamingHttpResponse(_in_language(lines), content_type="text/csv; charset=utf-8")
    return _named(response, f"{name}.csv")


def _in_language(lines: Iterable[str]) -> Iterable[str]:
    """The lines as made in the language of the request: they are made after its middleware has left."""
    language = translation.get_language()

    def made() -> Iterable[str]:
        with translation.override(language):
            yield from lines

    return made()


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response
