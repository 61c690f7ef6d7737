"""Whole pages kept for visitors who are not signed in.

Outermost but for what counts and secures. A page is kept under the generation of the record it was made in,
so that a committed entry or an edited page makes it unreachable at once, and for a few seconds only, since
some pages tell the time of day. A page that must never be late says `Cache-Control: no-cache` itself.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_cache_key, has_vary_header, learn_cache_key

from regulation.ledger.generation import generation, turn

EDITED = {"cms", "wagtailcore", "wagtailimages", "wagtaildocs", "wagtailredirects"}
# What says itself how long it may be kept is left to whoever asked for it.
NEVER = ("no-cache", "no-store", "private", "max-age")


def turn_on_edit(sender: type, **kwargs: object) -> None:
    """What editors change of the site counts like an entry."""
    if sender._meta.app_label in EDITED:  # type: ignore[attr-defined]
        turn()  # for what this transaction itself reads next
        transaction.on_commit(turn, robust=True)  # for everybody


class PageCacheMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seconds = settings.PAGE_CACHE_SECONDS
        if not seconds or request.method not in ("GET", "HEAD") or not _anonymous(request):
            return self.get_response(request)
        prefix = f"page.{generation()}"
        key = get_cache_key(request, prefix, request.method)
        kept: HttpResponse | None = cache.get(key) if key else None
        if kept is not None:
            return kept
        response = self.get_response(request)
        if _may_be_kept(response):
            key = learn_cache_key(request, response, seconds, prefix)
            cache.set(key, response, seconds)
        return response


def _anonymous(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME not in request.COOKIES and "Authorization" not in request.headers


def _may_be_kept(response: HttpResponse) -> bool:
    if response.status_code != 200 or response.streaming or response.cookies:
        return False
    control = response.get("Cache-Control", "")
    return not any(word in control for word in NEVER) and not has_vary_header(response, "*")
