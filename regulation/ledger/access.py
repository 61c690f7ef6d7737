"""Who sees what the audit found: the site's staff, and regulators."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

REGULATOR = "regulator"  # a role of the room above, which this one does not import


def watches(*, user: Any, acting: Any) -> bool:
    """Whether alarms are this reader's business: staff, or whoever acts as a regulator."""
    return bool(user.is_authenticated and (user.is_staff or (acting and acting.role == REGULATOR)))


def erases(*, user: Any, acting: Any) -> bool:
    """Whether this reader may ask for an erasure and decide another's: whoever acts as a regulator. Not the
    site's staff, to whom the list of entries would tell who has bid before the opening."""
    return bool(user.is_authenticated and acting and acting.role == REGULATOR)


View = Callable[..., HttpResponse]


def _required(may: Callable[..., bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(user=request.user, acting=getattr(request, "acting", None)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


watcher_required = _required(watches)
"""Strangers sign in first; who does not watch over the record is refused (403)."""
eraser_required = _required(erases)
"""The same for those who ask for erasures and decide them."""
