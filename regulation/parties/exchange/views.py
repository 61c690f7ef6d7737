"""Screens for regulators: a file of interests is brought, judged, confirmed; all of the record goes out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.tables.sending import table_file, workbook_file
from regulation.tables.template import template_rows

from ..access import acting_required
from ..errors import PartiesRefused
from ..models import Interest, InterestImport, InterestImportState, Role
from ..models.interest import InterestQuerySet
from . import progress
from .errors import InterestFileRefused, refusal
from .exporting import Exporter, as_array, as_lines
from .forms import FORM_BYTES, MAX_BYTES, FaultFilter, ImportFilter, KeptInMemory, UploadForm
from .operations import cancel_import, confirm_import, download_interests, upload_interests
from .queries import imports
from .sheets import SHEETS
from .tables_out import TableExporter, template
from .telling import told

PAGE = 50
RUNNING = (InterestImportState.WAITING, InterestImportState.CONFIRMED)
TYPES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "json": (as_array, "application/json"),
    "jsonl": (as_lines, "application/jsonl"),
}
DOWNLOADS = {
    "jsonl": _lazy("BODS 0.4, a statement a line"),
    "json": _lazy("BODS 0.4, JSON array"),
    "xlsx": _lazy("Workbook (XLSX)"),
    "entities.csv": _lazy("Entities (CSV)"),
    "people.csv": _lazy("People (CSV)"),
    "interests.csv": _lazy("Interests (CSV)"),
}


@acting_required(Role.REGULATOR)
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought, by whom, and what became of it."""
    found = ImportFilter(request.GET or None, queryset=imports())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "downloads": DOWNLOADS}
    return render(request, "interests/import_list.html", context)


@csrf_exempt  # asked inside, once the upload has its handler
def import_new(request: HttpRequest) -> HttpResponse:
    """Bring a file to be checked. It is read into memory alone and not kept."""
    request.upload_handlers = [KeptInMemory(request)]
    answer: HttpResponse = _import_new(request)
    return answer


@csrf_protect
@acting_required(Role.REGULATOR)
def _import_new(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + FORM_BYTES:
        form.errors.clear()
        form.add_error("file", str(InterestFileRefused("too_big", most=MAX_BYTES >> 20)))
    elif posted and form.is_valid():
        file, by = form.cleaned_data["file"], request.user
        try:
            made = upload_interests(
                name=file.name,
                stream=file.file,
                by=by,  # type: ignore[arg-type]
                at=database_now(),
                most=MAX_BYTES,
            )
            return redirect(made)
        except PartiesRefused as refused:
            form.add_error("file", str(refused))
    return render(
        request,
        "interests/import_new.html",
        {"form": form, "sheets": SHEETS},
        status=422 if form.errors else 200,
    )


@acting_required(Role.REGULATOR)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the check of a file found, and what can be done with it now."""
    return _detail(request, get_object_or_404(imports(), pk=pk))


def _detail(request: HttpRequest, job: InterestImport, *, refused: str = "") -> HttpResponse:
    found = FaultFilter(request.GET or None, queryset=job.faults.all())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    checked, mine = job.state == InterestImportState.CHECKED, job.by_id == request.user.pk
    context = {
        "job": job,
        "running": job.state in RUNNING,
        "done": progress.told(job.pk),
        "filter": found,
        "page_obj": page,
        "faults": [told(fault, form=job.form) for fault in page.object_list],
        "refusal": refusal(job.refusal["code"], job.refusal["params"]) if job.refusal else "",
        "may_confirm": checked and mine and not job.faults_found and job.writes_something,
        "may_cancel": job.state in (InterestImportState.WAITING, InterestImportState.CHECKED),
        "refused": refused,
    }
    return render(request, "interests/import.html", context, status=409 if refused else 200)


@acting_required(Role.REGULATOR)
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a running import is; asked for again and again, and the page anew once it has ended."""
    job = get_object_or_404(InterestImport, pk=pk)
    if job.state not in RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"job": job, "running": True, "done": progress.told(job.pk)}
    return render(request, "interests/_import_progress.html", context)


@require_POST
@acting_required(Role.REGULATOR)
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Have what the check told written."""
    job = get_object_or_404(imports(), pk=pk)
    try:
        confirm_import(job=job, by=request.user)  # type: ignore[arg-type]
    except PartiesRefused as refused:
        return _detail(request, job, refused=str(refused))
    return redirect(job)


@require_POST
@acting_required(Role.REGULATOR)
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an import up before it is written."""
    job = get_object_or_404(imports(), pk=pk)
    try:
        cancel_import(job=job, by=request.user, at=database_now())  # type: ignore[arg-type]
    except PartiesRefused as refused:
        return _detail(request, job, refused=str(refused))
    messages.success(request, _("The import is given up. Nothing was written."))
    return redirect("interests:import_list")


@require_POST
@acting_required(Role.REGULATOR)
def export(request: HttpRequest) -> HttpResponseBase:
    """Everything on record, people with it, in one of DOWNLOADS. Each download is an entry."""
    fmt = request.POST.get("format", "jsonl")
    if fmt not in DOWNLOADS:
        raise Http404
    download_interests(by=request.user, form=fmt)  # type: ignore[arg-type]
    standing = Interest.objects.standing()
    if fmt in TYPES:
        return bods_file(standing, fmt=fmt, full=True)
    tables = TableExporter(standing)
    if fmt == "xlsx":
        return workbook_file("qinqing-interests", tables.workbook())
    sheet = next(sheet for sheet in SHEETS if fmt == f"{sheet.kind}.csv")
    return table_file(f"qinqing-{sheet.kind}", "csv", str(sheet.title), sheet.exported, tables.rows(sheet))


@require_safe
@acting_required(Role.REGULATOR)
def import_template(request: HttpRequest, kind: str, fmt: str) -> HttpResponseBase:
    """The table to begin an import with: a workbook of all sheets, or one of them as CSV."""
    if (kind, fmt) == ("all", "xlsx"):
        return workbook_file(_("Interests – template"), template())
    sheet = next((sheet for sheet in SHEETS if (sheet.kind, "csv") == (kind, fmt)), None)
    if sheet is None:
        raise Http404
    name = _("%(title)s – template") % {"title": sheet.title}
    return table_file(name, fmt, str(sheet.title), sheet.columns, template_rows(sheet))


def bods_file(interests: InterestQuerySet, *, fmt: str, full: bool) -> StreamingHttpResponse:
    """Interests as a BODS 0.4 download, written as it is read. Raises Http404 for another form."""
    if fmt not in TYPES:
        raise Http404
    written, type_ = TYPES[fmt]
    statements = Exporter(interests, on=localdate(), full=full).statements()
    response = StreamingHttpResponse(written(statements), content_type=type_)
    response["Content-Disposition"] = f'attachment; filename="qinqing-bods.{fmt}"'
    return response
