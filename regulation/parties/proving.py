"""Whoever binds somebody else proves anew who they are: by the second factor where there is one, else by the
password; by the second factor alone where the operator demands it (`BIND_BY_SECOND_FACTOR`).

A proof counts for five minutes (allauth's ACCOUNT_REAUTHENTICATION_TIMEOUT), and only one that was given when
asked again: signing in a moment ago does not. Who has no second factor where one is demanded is told how to
set one up, and comes back to where they were.
"""

import time

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

MFA, PASSWORD = "mfa", "password"
WAY_BACK = "way_back"  # in the session: the page somebody came from to set up a second factor


def needed(request: HttpRequest) -> str:
    """What somebody has to prove it by."""
    return MFA if settings.BIND_BY_SECOND_FACTOR or is_mfa_enabled(request.user) else PASSWORD


def proved_anew(request: HttpRequest) -> str:
    """How somebody proved anew who they are within the last minutes; empty where they did not."""
    wanted, since = needed(request), time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    for one in get_authentication_records(request, request.user):
        if one.get("method") == wanted and one.get("reauthenticated") and one.get("at", 0) > since:
            request.session.pop(WAY_BACK, None)
            return wanted
    return ""


def ask_anew(request: HttpRequest, back: str) -> HttpResponseRedirect:
    """To the page that asks for it, and from there to `back`; first to how a factor is set up."""
    if needed(request) == MFA and not is_mfa_enabled(request.user):
        remember(request, back)
        return HttpResponseRedirect(reverse("parties:second_factor"))
    page = "mfa_reauthenticate" if needed(request) == MFA else "account_reauthenticate"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': back})}")


def remember(request: HttpRequest, back: str) -> None:
    """Where somebody goes on once a second factor is set up; never out of the site."""
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        request.session[WAY_BACK] = back
