"""The days' comparisons of contracts, books and provider: for regulators and the site's staff."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.oversight.differences import words
from regulation.parties.access import acting

from ..access import oversees
from ..models import Reconciliation

PAGE = 31


def _keepers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @never_cache
    @require_safe
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (oversees(acting(request)) or getattr(request.user, "is_staff", False)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@_keepers
def reconciliation_list(request: HttpRequest) -> HttpResponse:
    """Each day, the newest first."""
    page = Paginator(Reconciliation.objects.order_by("-on"), PAGE).get_page(request.GET.get("page"))
    rows = [{"day": one, "count": len(one.differences)} for one in page]
    return render(request, "contracts/reconciliation_list.html", {"page_obj": page, "rows": rows})


@_keepers
def reconciliation(request: HttpRequest, pk: int) -> HttpResponse:
    """One day: what was compared, and what did not fit."""
    found = get_object_or_404(Reconciliation, pk=pk)
    page = Paginator(found.differences, PAGE).get_page(request.GET.get("page"))
    rows = [{"words": words(told["what"]), **told} for told in page]
    return render(request, "contracts/reconciliation.html", {"day": found, "page_obj": page, "rows": rows})
