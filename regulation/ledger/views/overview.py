"""The page of the record: what it is, what it proves, what was published of it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ..access import watches
from ..publication import next_moment, published_list, standing, witness_states
from ..queries import database_now
from ..rotation import key_states
from ..tlog import Head, Note

PAGE = 24


@cache_control(no_cache=True)
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What anybody may know of the record as a whole; nothing here is newer than what is published."""
    now = database_now()
    stands = standing(at=now)
    point = stands.published
    context = {
        "point": point,
        "head": Head.parse(Note.parse(point.note).text) if point else None,
        "root": bytes(point.root).hex() if point else "",
        "next": next_moment(at=now),
        "keys": key_states(),
        "pending": stands.pending,
        "witnesses": witness_states(stands.due),
        "required": settings.LEDGER_WITNESSES_REQUIRED,
        "page_obj": Paginator(published_list(at=now), PAGE).get_page(request.GET.get("page")),
        "watches": watches(user=request.user, acting=getattr(request, "acting", None)),
    }
    return render(request, "ledger/about.html", context)
