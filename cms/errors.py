"""The pages shown when something cannot be done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from marketplace.opendata.api.problems import Problem, respond, titles


def _below_the_interface(request: HttpRequest, status: int) -> HttpResponse | None:
    """The answer for a program, where a program asked: no page."""
    if not request.path_info.startswith("/api/"):
        return None
    words = {400: "bad_request", 403: "forbidden", 404: "not_found", 500: "server_error"}
    return respond(Problem(status, words[status], titles()[status]))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _below_the_interface(request, 400) or render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _below_the_interface(request, 403) or render(request, "errors/403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _below_the_interface(request, 404) or render(request, "errors/404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs no database, no session and no language: any of them may be what failed."""
    problem = _below_the_interface(request, 500)
    return problem or HttpResponse(render_to_string("errors/500.html"), status=500)
