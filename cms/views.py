"""The house's own pages: desk, search, health, errors."""

from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


metrics = robots = desk = search = healthz


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse("4xx", status=400)


permission_denied = page_not_found = bad_request


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse("500", status=500)
