"""The interface put together: addresses, frame, document."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant, override
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from . import (
    acting,
    auctions,
    bids,
    challenges,
    choosing,
    contracts,
    directory,
    documents,
    drafting,
    draws,
    excluding,
    inbox,
    mine,
    questions,
    record,
    registry,
    tenders,
)
from .describing import document
from .problems import Problem, answer_exception, respond
from .routes import router

ROOT = "/api/v1"
NOUNS = (
    acting,
    auctions,
    bids,
    challenges,
    choosing,
    contracts,
    directory,
    documents,
    drafting,
    draws,
    excluding,
    inbox,
    mine,
    questions,
    record,
    registry,
    tenders,
)

api = NinjaAPI(title="Qinqing 亲清", version="1", urls_namespace="api", openapi_url=None, docs_url=None)
api.add_router("", router)
for failure in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(failure, answer_exception)


def language_of(request: HttpRequest) -> str:
    """The language asked for by Accept-Language; Chinese where it names none of ours."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def framed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """No session, no cookie, the language asked for, nothing kept on the way; HEAD as GET."""

    @csrf_exempt
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.user = AnonymousUser()
        request.acting = None  # type: ignore[attr-defined]
        if request.method == "HEAD":
            request.method = "GET"
        language = language_of(request)
        with override(language):
            answer = view(request, *args, **kwargs)
            if answer.status_code == 405:
                answer = _not_this_way(answer)
        answer.headers["Content-Language"] = language
        answer.headers["Cache-Control"] = "no-store" if "Authorization" in request.headers else "no-cache"
        patch_vary_headers(answer, ("Accept-Language", "Authorization"))
        return answer

    return answered


def _not_this_way(answer: HttpResponseBase) -> HttpResponse:
    allowed = answer.headers.get("Allow", "")
    said = _("This address answers to: %(methods)s.") % {"methods": allowed}
    refused = respond(Problem(405, "not_this_way", said))
    refused.headers["Allow"] = allowed
    return refused


@cache
def document_in(language: str) -> dict[str, Any]:
    """The document in a language; made once."""
    with override(language):
        return document(api, ROOT)


def openapi(request: HttpRequest) -> HttpResponseBase:
    """The document, in the language asked for."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    return JsonResponse(document_in(language_of(request)), json_dumps_params={"ensure_ascii": False})


def nothing_here(request: HttpRequest) -> HttpResponseBase:
    """Whatever else is below /api/."""
    return respond(Problem(404, "not_found", _("There is no such address. See /api/v1/openapi.json.")))


def _addresses() -> list[URLPattern]:
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    made = [path(f"v1/{one.pattern}", framed(one.callback), name=one.name) for one in found]
    return [path("v1/openapi.json", framed(openapi), name="openapi"), *made]


urls = ([*_addresses(), re_path(r"^", framed(nothing_here), name="nothing")], "api")
