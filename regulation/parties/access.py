"""Who may do what, as seen from whom a user acts for. Rooms build their own rules on these."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from .models import Membership, Role


def acting(request: HttpRequest) -> Membership | None:
    """The membership a request acts by, if any."""
    held = getattr(request, "acting", None)
    return held if held else None


def acts_as(membership: Membership | None, *roles: Role) -> bool:
    return membership is not None and bool(membership) and membership.role in [str(role) for role in roles]


def acting_required(*roles: Role) -> Callable[..., Any]:
    """Anonymous visitors sign in first; who does not act in one of these roles is refused (403)."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not acts_as(acting(request), *roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
