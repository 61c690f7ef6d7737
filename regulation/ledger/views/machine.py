"""The published checkpoint and the tiles below it (c2sp.org/tlog-tiles), for machines: without a session."""

import math

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ..publication import next_moment, published_note, published_tile
from ..queries import database_now

FOR_EVER = "public, immutable, max-age=31536000"


def _absent() -> HttpResponse:
    return HttpResponse("404\n", status=404, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _found(content: str | bytes, kind: str, keep: str) -> HttpResponse:
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(content, content_type=kind, headers=headers)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The published checkpoint with its cosignatures, to be kept until the next is published."""
    now = database_now()
    note = published_note(at=now)
    if note is None:
        return _absent()
    seconds = max(1, math.ceil((next_moment(at=now) - now).total_seconds()))
    return _found(note, "text/plain; charset=utf-8", f"public, max-age={seconds}")


@require_safe
def tile(request: HttpRequest, level: str, index: str) -> HttpResponse:
    """A tile of the published tree. Its address says its width, so what stands there never changes."""
    content = published_tile(level, index, at=database_now())
    return _absent() if content is None else _found(content, "application/octet-stream", FOR_EVER)
