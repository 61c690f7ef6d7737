from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .navigation import navigation, settings_of


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs: read once a request, and only if the page shows it."""
    frame = getattr(request, "_frame", None)
    if frame is None:
        both = SimpleLazyObject(lambda: navigation(request))
        frame = {
            "navigation": SimpleLazyObject(lambda: both["main"]),
            "footer_navigation": SimpleLazyObject(lambda: both["footer"]),
            "site_settings": SimpleLazyObject(lambda: settings_of(request)),
        }
        request._frame = frame  # type: ignore[attr-defined]
    return frame
