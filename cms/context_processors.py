from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regulation.parties.queries import unread_of

from .navigation import entries, frame_of


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs: read once a request, and only if the page shows it."""
    context = getattr(request, "_frame", None)
    if context is None:
        frame = SimpleLazyObject(lambda: frame_of(request))
        context = {
            "frame": frame,
            "navigation": SimpleLazyObject(lambda: entries(request, frame.links["main"])),
            "footer_navigation": SimpleLazyObject(lambda: entries(request, frame.links["footer"])),
            "unread": SimpleLazyObject(lambda: unread_of(request.user)),
        }
        request._frame = context  # type: ignore[attr-defined]
    return context
