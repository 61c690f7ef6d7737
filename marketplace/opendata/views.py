import datetime as dt
import json
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from regulation.parties.exchange.views import bods_file
from regulation.parties.models import Interest
from regulation.registry.models import Approval, Ruling

from . import queries
from .api.reading import chapters
from .cpsv import Graph, Node

JSON_LD = "application/ld+json"
DOWNLOAD = 'attachment; filename="qinqing-registry.jsonld"'


def _graph() -> Graph:
    return Graph(settings.SITE_URL.rstrip("/"))


def _document(graph: Graph, nodes: Iterable[Node]) -> HttpResponse:
    body = {"@context": graph.context(), "@graph": list(nodes)}
    return HttpResponse(json.dumps(body, ensure_ascii=False, indent=1), content_type=JSON_LD)


@require_safe
def approval(request: HttpRequest, ref: str) -> HttpResponse:
    """One approval in CPSV-AP, as it stands today."""
    found = get_object_or_404(Approval.objects.select_related("department__region", "region"), ref=ref)
    graph = _graph()
    ((_same, rulings, papers),) = queries.approvals_with_all([found], on=timezone.localdate())
    return _document(graph, graph.approval(found, rulings, papers))


@require_safe
def ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """One published ruling in CCCEV; also one that has since been replaced."""
    found: Ruling = get_object_or_404(queries.published_rulings(on=timezone.localdate()), pk=pk)
    graph = _graph()
    return _document(graph, graph.ruling(found))


@require_safe
def registry(request: HttpRequest) -> StreamingHttpResponse:
    """Every approval and every ruling in force today, in one document, written as it is read."""
    response = StreamingHttpResponse(_whole(_graph()), content_type=JSON_LD)
    response["Content-Disposition"] = DOWNLOAD
    return response


def _whole(graph: Graph) -> Iterator[str]:
    today = timezone.localdate()
    yield f'{{"@context": {json.dumps(graph.context())}, "@graph": [\n'
    first = True
    for node in _nodes(graph, today):
        yield ("" if first else ",\n") + json.dumps(node, ensure_ascii=False)
        first = False
    yield "\n]}\n"


def _nodes(graph: Graph, today: dt.date) -> Iterator[Node]:
    for approval, rulings, papers in queries.every_approval(on=today):
        yield from graph.approval(approval, rulings, papers)
    for ruling in queries.general_rulings(on=today):
        yield from graph.ruling(ruling)


@require_safe
def bods(request: HttpRequest, fmt: str) -> StreamingHttpResponse:
    """Interests between entities as anyone may read them, in BODS 0.4: no person, no kin, no name alone."""
    return bods_file(Interest.objects.public().standing(), fmt=fmt, full=False)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What there is, in which form, under which licence, with a sample."""
    sample = Approval.objects.filter(rulings__published_at__isnull=False).order_by("pk").first()
    return render(request, "opendata/about.html", {"sample": sample})


@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """How programs use the interface: every address, with what may be sent, from the document itself."""
    return render(request, "opendata/api.html", {"chapters": chapters(), "document": reverse("api:openapi")})
