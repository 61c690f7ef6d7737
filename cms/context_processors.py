from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regulation.parties.access import acting

from .navigation import entries, frame_of


def unread_for(request: HttpRequest) -> int:
    """Counted where the membership was read, so that no page asks for it once more. Who acts for nobody is
    told next to nothing: the inbox itself counts that."""
    membership = acting(request)
    return membership.unread if membership is not None else 0  # type: ignore[attr-defined]


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs: read once a request, and only if the page shows it."""
    context = getattr(request, "_frame", None)
    if context is None:
        frame = SimpleLazyObject(lambda: frame_of(request))
        context = {
            "frame": frame,
            "navigation": SimpleLazyObject(lambda: entries(request, frame.links["main"])),
            "footer_navigation": SimpleLazyObject(lambda: entries(request, frame.links["footer"])),
            "unread": SimpleLazyObject(lambda: unread_for(request)),
        }
        request._frame = context  # type: ignore[attr-defined]
    return context
