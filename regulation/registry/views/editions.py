"""Published lists: all of them, one list's editions, one edition, two side by side, and their files."""

from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst

from regulation.parties.access import acting

from .. import listing_files as files
from ..access import may_draft
from ..difference import difference
from ..forms import ListFilter, RowFilter
from ..listing import POWERS_VERDICTS, is_chinese, labels_of, shown
from ..models import Approval, Edition, EditionRow, ListKind, Provision, PublicList, Ruling
from ..queries import (
    counterparts,
    delta,
    latest_editions,
    publication_of,
    published_lists,
    rows_by_level,
    standing_of,
    with_neighbours,
)

PAGE = 50
GROUND = "business-environment-43"


def list_index(request: HttpRequest) -> HttpResponse:
    """Every list that has an edition, with its latest one."""
    found = ListFilter(request.GET or None, queryset=published_lists())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    latest = latest_editions(list(page.object_list))
    rows = [(each, latest[each.pk]) for each in page.object_list]
    context = {"filter": found, "page_obj": page, "rows": rows, "may_draft": may_draft(acting(request))}
    return render(request, "registry/list_index.html", context)


def _list(kind: str, region: str, department: int | None) -> PublicList:
    lists = PublicList.objects.select_related("region", "department")
    return get_object_or_404(lists, kind=kind, region=region, department=department)


def list_series(request: HttpRequest, kind: str, region: str, department: int | None = None) -> HttpResponse:
    """All editions of one list, the latest first."""
    of = _list(kind, region, department)
    editions = Edition.objects.published().filter(of_list=of).order_by("-number")
    page = Paginator(editions, PAGE).get_page(request.GET.get("page"))
    if not page.object_list:
        raise Http404
    for edition in page.object_list:
        edition.of_list = of
    context = {"list": of, "page_obj": page, "may_draft": may_draft(acting(request))}
    return render(request, "registry/list_series.html", context)


def _edition(kind: str, region: str, number: int, department: int | None) -> Edition:
    """One published edition; it knows the numbers of the one before it and of the latest of its list."""
    published = with_neighbours(Edition.objects.published())
    shown_with = published.select_related("of_list__region", "of_list__department")
    place = {"of_list__kind": kind, "of_list__region": region, "of_list__department": department}
    return get_object_or_404(shown_with, **place, number=number)


def edition(
    request: HttpRequest, kind: str, region: str, number: int, department: int | None = None
) -> HttpResponse:
    """One edition: its rows, how it came about, and how to tell that nothing of it changed."""
    found: Any = _edition(kind, region, number, department)
    form = RowFilter(request.GET or None)
    latest = Edition(of_list=found.of_list, number=found.latest_number)
    context = {
        "edition": found,
        "latest": latest,
        "latest_url": latest.get_absolute_url(),
        "entry": publication_of(found),
        "form": form,
        "file_base": found.get_absolute_url().removesuffix("/"),
        **rows_page(request, found, form),
        **ground_of(found),
    }
    return render(request, "registry/edition.html", context, status=422 if form.errors else 200)


def rows_page(request: HttpRequest, edition: Edition, form: RowFilter) -> dict[str, Any]:
    """A page of an edition's rows, those that hold every word of the search; all of them to be printed."""
    rows = edition.rows.order_by("position").select_related("ruling", "approval", "service")
    for word in form.words():
        rows = rows.filter(words__icontains=word)
    size = max(edition.row_count, 1) if "print" in request.GET else PAGE
    known = None if form.words() else edition.row_count
    page = counted(rows, size, known).get_page(request.GET.get("page"))
    return {"page_obj": page, "shown": [_shown(row, edition.of_list.kind) for row in page.object_list]}


def counted(rows: Any, size: int, known: int | None) -> Paginator[Any]:
    """A paginator that does not count again what is known."""
    pages = Paginator(rows, size)
    if known is not None:
        pages.count = known
    return pages


def standing(subject: Approval | Ruling) -> list[tuple[EditionRow, str]]:
    """Where a record stands in the published lists, each with the address of its very row."""
    return [
        (row, f"{row.edition.get_absolute_url()}?page={(row.position - 1) // PAGE + 1}#no-{row.position}")
        for row in standing_of(subject)
    ]


def ground_of(edition: Edition) -> dict[str, Any]:
    """What the mandatory list rests on: its ground, its rows per level of law, and what fell out."""
    if edition.of_list.kind != ListKind.MANDATORY:
        return {}
    gone = [SimpleNamespace(**entry) for entry in edition.left_out]
    ground = Provision.objects.filter(ref=GROUND).select_related("instrument__repealed_by").first()
    return {"ground": ground, "levels": rows_by_level(edition), "left_out": gone}


def _field(name: str, label: str, row: EditionRow) -> dict[str, Any]:
    return {"label": label, "text": shown(name, row.body), "zh": is_chinese(name, row.body)}


def _shown(row: EditionRow, kind: str) -> dict[str, Any]:
    """A row for a page: its names apart, then its other fields that say something."""
    names = ("approval", "approval_code") if kind == ListKind.POWERS else ("service", "approval")
    fields = {
        name: _field(name, label, row)
        for name, label in labels_of(kind).items()
        if name not in (*names, "service_code") and shown(name, row.body)
    }
    return {
        "row": row,
        "name": _field(names[0], "", row),
        "second": _field(names[1], "", row),
        "reason": fields.pop("reason", None),
        "verdicts": [(v, fields.pop(v)) for v in POWERS_VERDICTS if v in fields],
        "fields": list(fields.values()),
        "link": row.ruling or row.approval or row.service,
    }


def edition_difference(
    request: HttpRequest, kind: str, region: str, number: int, other: int, department: int | None = None
) -> HttpResponse:
    """What one edition says that another did not: counts, then the rows, changed fields word by word."""
    new = _edition(kind, region, number, department)
    old = _edition(kind, region, other, department)
    context = {"new": new, "old": old, **difference_page(request, old, new)}
    return render(request, "registry/edition_difference.html", context)


def difference_page(request: HttpRequest, old: Edition, new: Edition) -> dict[str, Any]:
    """Counts of what sets two editions apart, and a page of one sort of it."""
    found = delta(old, new)
    counts = found.counts()
    first = next((name for name, n in counts.items() if n), "added")
    chosen = request.GET.get("show", first)
    chosen = chosen if chosen in counts else first
    rows = getattr(found, chosen).select_related("ruling", "approval", "service")
    page = counted(rows, PAGE, counts[chosen]).get_page(request.GET.get("page"))
    was = counterparts(list(page.object_list), old) if chosen == "changed" else {}
    kind = new.of_list.kind
    shown_rows = [
        _shown(row, kind) | {"lines": _lines(was.get(row.key), row, kind)} for row in page.object_list
    ]
    return {"counts": counts, "chosen": chosen, "page_obj": page, "shown": shown_rows}


def _lines(was: EditionRow | None, row: EditionRow, kind: str) -> list[dict[str, Any]]:
    """The fields that differ, with the pieces that lead from one to the other."""
    if was is None:
        return []
    lines = []
    for name, label in labels_of(kind).items():
        before, after = shown(name, was.body), shown(name, row.body)
        if before != after:
            lines.append({"label": capfirst(label), "pieces": difference(before, after)})
    return lines


TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def edition_file(
    request: HttpRequest,
    kind: str,
    region: str,
    number: int,
    form: str,
    department: int | None = None,
) -> HttpResponseBase:
    """An edition as a file. The lines of JSON are the bytes its digest is taken over."""
    found = _edition(kind, region, number, department)
    name = "-".join(map(str, [*found.of_list.place, number])) + f".{form}"
    if form == "xlsx":
        address = request.build_absolute_uri(found.get_absolute_url())
        written = files.as_workbook(found, address)
        return FileResponse(written, as_attachment=True, filename=name, content_type=TYPES[form])
    lines: Any = files.as_csv(found) if form == "csv" else files.as_lines(found)
    answer = StreamingHttpResponse(lines, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
