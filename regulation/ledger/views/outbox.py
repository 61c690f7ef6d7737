"""For the site's staff: what was to follow an entry and was given up."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import outbox
from ..forms import DeadLetterFilter
from ..models import Outstanding
from ..queries import database_now, dead_letters, outbox_state, owed_effects

PAGE = 20


def staff_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Strangers sign in first; who is not of the site's staff is refused (403)."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_safe
@staff_required
def dead_letter_list(request: HttpRequest) -> HttpResponse:
    """Effects given up after their last try, the newest first, each with its failure."""
    found = DeadLetterFilter(request.GET or None, queryset=dead_letters())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    state = outbox_state(at=timezone.now(), shown=True)
    context = {"filter": found, "page_obj": page, "state": state, "lag": int(state.lag.total_seconds())}
    chosen = (
        found.form.cleaned_data.get("effect", "") if found.form.is_bound and found.form.is_valid() else ""
    )
    return render(request, "ledger/dead_letter_list.html", context | {"effect": chosen})


@require_POST
@staff_required
def letter_try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them goes back to the queue; that somebody asked for it is an entry of its own."""
    row = get_object_or_404(Outstanding, pk=pk)
    if outbox.try_again(row=row, by=request.user, at=database_now()):
        messages.success(request, _("It is tried again within seconds."))
    else:
        messages.info(request, _("It was not given up, so it is tried again by itself."))
    return redirect("ledger:dead_letter_list")


@require_POST
@staff_required
def letters_try_again(request: HttpRequest) -> HttpResponse:
    """All of them, or all of one effect, go back to the queue."""
    effect = request.POST.get("effect", "")
    if effect and effect not in {owed.effect for owed in owed_effects()}:
        messages.error(request, _("There is no such effect."))
        return redirect("ledger:dead_letter_list")
    many = outbox.try_all_again(effect=effect, by=request.user, at=database_now())
    said = ngettext("%(n)s letter is tried again.", "%(n)s letters are tried again.", many) % {"n": many}
    messages.success(request, said)
    return redirect("ledger:dead_letter_list")
