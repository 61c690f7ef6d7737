from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regulation.parties.access import acting
from regulation.parties.queries import unread_of

from .navigation import entries, frame_of


def unread_for(request: HttpRequest) -> int:
    """Counted where the membership was read, so that a page asks for it no more."""
    membership = acting(request)
    return membership.unread if membership is not None else unread_of(request.user)  # type: ignore[attr-defined]


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
