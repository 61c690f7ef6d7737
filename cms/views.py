"""The house's own pages for readers: desk and search."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulation.parties.access import acting

from . import desk as desks
from .finding import KINDS, find

FIRST = 5
PER_PAGE = 20


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for whoever is signed in, by the role they act in."""
    membership = acting(request)
    sections = desks.sections(request.user, membership)  # type: ignore[arg-type]
    context = {
        "acting": membership,
        "waiting": [part for part in sections if part["items"]],
        "begun": [part for part in sections if not part["items"] and not part["empty"]],
        "quiet": [part for part in sections if not part["items"] and part["empty"]],
    }
    return render(request, "desk.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The first few of each kind, or one kind page by page (`kind`)."""
    query = request.GET.get("q", "").replace("\0", " ").strip()[:100]
    kind = request.GET.get("kind", "")
    groups = find(query)
    for group in groups:
        group["count"] = group["found"].count()
        group["first"] = list(group["found"][:FIRST])
        group["url"] = "?" + urlencode({"q": query, "kind": group["kind"]})
    context = {"q": query, "groups": groups, "total": sum(g["count"] for g in groups)}
    if kind in KINDS:
        chosen = next(g for g in groups if g["kind"] == kind)
        page_obj = Paginator(chosen["found"], PER_PAGE).get_page(request.GET.get("page"))
        context |= {"chosen": chosen, "page_obj": page_obj}
    return render(request, "search.html", context)
