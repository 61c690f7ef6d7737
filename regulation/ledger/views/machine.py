"""The published checkpoint and the tiles below it (c2sp.org/tlog-tiles), for machines: without a session."""

import math

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from .. import rotation
from ..publication import cosigned_note, next_moment, published_tile, standing
from ..queries import database_now

SOON = 5  # seconds; so often witnesses are asked
FOR_EVER = "public, immutable, max-age=31536000"


def _absent() -> HttpResponse:
    return HttpResponse("404\n", status=404, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _found(content: str | bytes, kind: str, keep: str) -> HttpResponse:
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(content, content_type=kind, headers=headers)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The published checkpoint with its cosignatures, to be kept until the next is published.

    While a newer one is pending, this is still the one before, and to be kept for seconds.
    """
    now = database_now()
    stands = standing(at=now)
    if stands.published is None:
        return _absent()
    seconds = max(1, math.ceil((next_moment(at=now) - now).total_seconds()))
    if stands.pending is not None:
        seconds = min(seconds, SOON)
    return _found(cosigned_note(stands.published), "text/plain; charset=utf-8", f"public, max-age={seconds}")


@require_safe
def rotations(request: HttpRequest) -> HttpResponse:
    """Each note by which one key of the log followed another, an empty line between; empty where none did."""
    return _found("\n".join(rotation.rotations()), "text/plain; charset=utf-8", f"public, max-age={SOON}")


@require_safe
def tile(request: HttpRequest, level: str, index: str) -> HttpResponse:
    """A tile of the published tree. Its address says its width, so what stands there never changes."""
    content = published_tile(level, index, at=database_now())
    return _absent() if content is None else _found(content, "application/octet-stream", FOR_EVER)
