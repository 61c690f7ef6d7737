"""Who asks an approval's or a ruling's own address for JSON-LD is sent to it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_path, override

JSON_LD = "application/ld+json"
DESCRIBED = {
    "registry:approval": ("opendata_machine:approval", "ref"),
    "registry:ruling": ("opendata_machine:ruling", "pk"),
}


class NegotiationMiddleware:
    """Stands outside the page cache: what is kept for readers does not depend on what machines accept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        where = _described(request.path_info) if request.method in ("GET", "HEAD") else None
        if where is None:
            return self.get_response(request)
        if _prefers_json_ld(request):
            response: HttpResponse = HttpResponseRedirect(where, status=303)
        else:
            response = self.get_response(request)
            response.headers["Link"] = f'<{where}>; rel="alternate"; type="{JSON_LD}"'
        patch_vary_headers(response, ["Accept"])
        return response


def _described(path: str) -> str | None:
    """The address of the JSON-LD of what stands at a path."""
    if "/approvals/" not in path and "/rulings/" not in path:
        return None
    language = get_language_from_path(path) or settings.LANGUAGE_CODE  # nothing has set it yet, out here
    try:
        with override(language):
            match = resolve(path)
    except Resolver404:
        return None
    view, argument = DESCRIBED.get(match.view_name, ("", ""))
    return reverse(view, args=[match.kwargs[argument]]) if view else None


def _prefers_json_ld(request: HttpRequest) -> bool:
    preferred = request.get_preferred_type(["text/html", JSON_LD])
    return preferred == JSON_LD
