from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role
from regulation.tables.columns import Sheet
from regulation.tables.errors import FileRefused, refusal
from regulation.tables.writing import csv_lines

from ...errors import RegistryRefused
from ...models import Import, ImportState
from .. import progress
from ..access import may_cancel, may_confirm, may_import, may_publish_drafts
from ..columns import SHEETS
from ..faults import sentence
from ..forms import ImportFilter, UploadForm
from ..operations import cancel_import, confirm_import, upload_import
from ..queries import imports, reports

PAGE = 20
RUNNING = (ImportState.WAITING, ImportState.CONFIRMED)


@acting_required(Role.EDITOR, Role.REVIEWER)
def import_list(request: HttpRequest) -> HttpResponse:
    """What was imported, by whom, and what became of it."""
    found = ImportFilter(request.GET or None, queryset=imports())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "may_import": may_import(acting(request))}
    return render(request, "registry/import_list.html", context)


@acting_required(Role.EDITOR)
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file to be checked."""
    posted = request.method == "POST"
    initial = {"kind": request.GET.get("kind", "")}
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm(initial=initial)
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            by: Any = request.user
            name = file.name.replace("\0", "")
            made = upload_import(kind=form.cleaned_data["kind"], name=name, content=file.read(), by=by)
            return redirect(made)
        except (RegistryRefused, FileRefused) as refused:
            form.add_error("file", str(refused))
    status = 422 if form.errors else 200
    return render(
        request, "registry/import_new.html", {"form": form, "sheets": SHEETS.values()}, status=status
    )


@acting_required(Role.EDITOR, Role.REVIEWER)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the check of a file found, and what can be done with it now."""
    return _detail(request, get_object_or_404(reports(), pk=pk))


def _detail(request: HttpRequest, job: Import, *, refused: str = "") -> HttpResponse:
    sheet, membership, user = SHEETS[job.kind], acting(request), request.user
    page = Paginator(job.faults.all(), PAGE).get_page(request.GET.get("page"))
    context = {
        "job": job,
        "running": job.state in RUNNING,
        **_progress(job),
        "page_obj": page,
        "faults": [_told(sheet, fault) for fault in page.object_list],
        "sample": [_sampled(sheet, row) for row in job.sample],
        "refusal": refusal(job.refusal["code"], job.refusal["params"]) if job.refusal else "",
        "may_confirm": may_confirm(membership, job, user),  # type: ignore[arg-type]
        "may_cancel": may_cancel(membership, job),
        "may_publish": may_publish_drafts(membership, job, user),  # type: ignore[arg-type]
        "refused": refused,
    }
    return render(request, "registry/import.html", context, status=409 if refused else 200)


def _progress(job: Import) -> dict[str, int]:
    done, total = progress.told(job.pk)
    return {"done": done, "total": total}


def _told(sheet: Sheet, fault: Any) -> dict[str, Any]:
    return {
        "row": fault.row,
        "column": sheet.column(fault.column).label,
        "value": fault.value,
        "what": sentence(sheet, fault.code, fault.params),
        "meant": fault.meant,
    }


def _sampled(sheet: Sheet, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the sample with its columns and choices named in the reader's language."""
    changes = []
    for column in sheet.columns:
        before, after = (column.choices.get(v, v) for v in row["changes"].get(column.name, ("", "")))
        if before or after:
            changes.append({"column": column.label, "before": before, "after": after})
    return {**row, "changes": changes}


@acting_required(Role.EDITOR, Role.REVIEWER)
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a running import is; asked for again and again, and the page anew once it has ended."""
    job = get_object_or_404(Import.objects.defer("content", "sample"), pk=pk)
    if job.state not in RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "registry/_import_progress.html", {"job": job, "running": True, **_progress(job)})


@acting_required(Role.EDITOR, Role.REVIEWER)
def import_faults(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The faults of a file as a CSV to work through beside it."""
    job = get_object_or_404(Import.objects.defer("content", "sample"), pk=pk)
    sheet = SHEETS[job.kind]
    header = [_("Row"), _("Column"), _("Value"), _("What is wrong"), _("What was probably meant")]
    told = [_told(sheet, fault) for fault in job.faults.all()]
    lines = csv_lines(header, [[str(value) for value in fault.values()] for fault in told])
    response = StreamingHttpResponse(list(lines), content_type="text/csv; charset=utf-8")
    name = _("What is wrong in %(name)s") % {"name": job.name}
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or ""
    return response


@require_POST
@acting_required(Role.EDITOR)
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Have what the check told written."""
    job = get_object_or_404(reports(), pk=pk)
    try:
        confirm_import(job=job, by=request.user)  # type: ignore[arg-type]
    except RegistryRefused as refused:
        return _detail(request, job, refused=str(refused))
    return redirect(job)


@require_POST
@acting_required(Role.EDITOR)
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an import up before it is written."""
    job = get_object_or_404(reports(), pk=pk)
    try:
        cancel_import(job=job, by=request.user, at=database_now())  # type: ignore[arg-type]
    except RegistryRefused as refused:
        return _detail(request, job, refused=str(refused))
    messages.success(request, _("The import is given up. Nothing was written."))
    return redirect("registry:import_list")
