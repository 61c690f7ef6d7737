"""Whose failures django-axes counts: the e-mail address typed, however the sign-in form names it."""

from typing import Any

from django.http import HttpRequest


def typed_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The address in lower case; allauth hands it over as `email`, Django's own forms as `username`."""
    given = credentials or {}
    typed = given.get("email") or given.get("username") or given.get("login") or request.POST.get("login")
    return str(typed or "").strip().lower()
