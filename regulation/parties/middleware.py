from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from .queries import acting_membership

SESSION_KEY = "acting_membership"


class ActingMiddleware:
    """Sets `request.acting`: the Membership the signed-in user acts by (lazy; falsy when none)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: acting_membership(user=request.user, chosen=request.session.get(SESSION_KEY))
        )
        return self.get_response(request)
