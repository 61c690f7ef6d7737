from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulation.tables.sending import FORMATS, table_file, workbook_file
from regulation.tables.template import template_rows

from ...forms import ApprovalFilter, ServiceFilter
from ...models import Approval, Service
from ..columns import SHEETS
from ..exporting import export_rows
from ..forms import RulingFilter
from ..queries import rulings_on_record
from ..template import template_of

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
    return table_file(name, fmt, str(sheet.title), sheet.exported, rows)


@require_safe
def template(request: HttpRequest, kind: str, fmt: str) -> HttpResponseBase:
    """The table to begin an import with."""
    if kind not in SHEETS or fmt not in FORMATS:
        raise Http404
    sheet = SHEETS[kind]
    name = _("%(title)s – template") % {"title": sheet.title}
    if fmt == "xlsx":
        return workbook_file(name, template_of(sheet))
    return table_file(name, fmt, str(sheet.title), sheet.columns, template_rows(sheet))
