"""The inbox: what a person is told, and the acts on it. Nobody sees another's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now

from ..filters import NoticeFilter
from ..operations import mark_read, mark_unread
from ..queries import notices_of, unread_of

PAGE = 20


@never_cache
@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What happened, when, where it stands; unread ones marked, by words too."""
    user: Any = request.user
    found = NoticeFilter(request.GET, queryset=notices_of(user))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "unread": unread_of(user), "any": bool(request.GET)}
    return render(request, "parties/inbox.html", context)


@never_cache
@require_safe
@login_required
def notice_open(request: HttpRequest, ref: UUID) -> HttpResponse:
    """To the page where it stands; with that it is read."""
    user: Any = request.user
    found = get_object_or_404(notices_of(user), ref=ref)
    mark_read(user=user, refs=[ref], at=database_now())
    return redirect(found)


@require_POST
@login_required
def notice_mark(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Read, or to be read again."""
    user: Any = request.user
    get_object_or_404(notices_of(user), ref=ref)
    if request.POST.get("as") == "unread":
        mark_unread(user=user, refs=[ref])
    else:
        mark_read(user=user, refs=[ref], at=database_now())
    return _back(request)


@require_POST
@login_required
def inbox_read(request: HttpRequest) -> HttpResponse:
    """All of it is read."""
    user: Any = request.user
    n = mark_read(user=user, at=database_now())
    said = ngettext("%(n)d notice is marked as read.", "%(n)d notices are marked as read.", n)
    messages.success(request, said % {"n": n} if n else _("Nothing was unread."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page of the list one came from."""
    query = QueryDict(request.POST.get("back", "")[:300]).urlencode()
    return redirect(reverse("parties:inbox") + (f"?{query}" if query else ""))
