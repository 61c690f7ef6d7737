from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.utils import translation

BACK_OFFICES = ("/cms/", "/django-admin/")
RELAXED = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
}


class AdminPolicyMiddleware:
    """The strict content policy is relaxed only below the CMS admin, whose editor needs it.

    Stands below CSPMiddleware, which reads `_csp_replace` from the response and writes the header, and below
    LocaleMiddleware: addresses there name no language, so it is the browser's, until an account chooses one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        back_office = request.path_info.startswith(BACK_OFFICES)
        if back_office:
            language = translation.get_language_from_request(request)
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if back_office:
            response._csp_replace = RELAXED  # type: ignore[attr-defined]
        return response
