"""Whoever binds somebody else proves anew who they are: by the second factor where there is one, else by the
password.

A proof counts for five minutes (allauth's ACCOUNT_REAUTHENTICATION_TIMEOUT), and only one that was given when
asked again: signing in a moment ago does not.
"""

import time

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

MFA, PASSWORD = "mfa", "password"


def needed(request: HttpRequest) -> str:
    """What somebody has to prove it by."""
    return MFA if is_mfa_enabled(request.user) else PASSWORD


def proved_anew(request: HttpRequest) -> str:
    """How somebody proved anew who they are within the last minutes; empty where they did not."""
    wanted, since = needed(request), time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    for one in get_authentication_records(request, request.user):
        if one.get("method") == wanted and one.get("reauthenticated") and one.get("at", 0) > since:
            return wanted
    return ""


def ask_anew(request: HttpRequest, back: str) -> HttpResponseRedirect:
    """To the page that asks for it, and from there to `back`."""
    page = "mfa_reauthenticate" if needed(request) == MFA else "account_reauthenticate"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': back})}")
