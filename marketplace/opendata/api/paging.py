"""Lists page by page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .bodies import asked
from .problems import Problem

USUAL, MOST, FURTHEST = 20, 100, 100_000


class PageForm(forms.Form):
    """Which page, and how long."""

    page = forms.IntegerField(label=gettext_lazy("Page"), min_value=1, max_value=FURTHEST, required=False)
    per_page = forms.IntegerField(
        label=gettext_lazy("Lines of a page"), min_value=1, max_value=MOST, required=False
    )


def one_page(request: HttpRequest, found: Any, line: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The page of a query that is asked for, each row as `line` tells it. 404 beyond the last."""
    wanted = asked(request, PageForm).cleaned_data
    pages = Paginator(found, wanted["per_page"] or USUAL)
    try:
        page = pages.page(wanted["page"] or 1)
    except EmptyPage as failure:
        raise Problem(404, "no_such_page", _("The list has no such page.")) from failure
    return {
        "items": [line(row) for row in page],
        "count": pages.count,
        "page": page.number,
        "pages": pages.num_pages,
        "next": _link(request, page.next_page_number()) if page.has_next() else None,
        "previous": _link(request, page.previous_page_number()) if page.has_previous() else None,
    }


def _link(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"{settings.SITE_URL.rstrip('/')}{request.path}?{query.urlencode()}"
