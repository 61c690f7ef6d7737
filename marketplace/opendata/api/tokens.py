"""Who asks: a token's holder, or anybody. A session never counts, so no cookie can be made to write."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, Throttled
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle

from regulation.ledger.queries import database_now
from regulation.oversight.views.wizard import address_of
from regulation.parties.models import AccessToken, Membership, Scope
from regulation.parties.operations import note_use
from regulation.parties.queries import token_of

from .problems import Problem

ANYBODY = "anybody"


class Slower(SimpleRateThrottle):
    """So many requests a minute for whatever it is made for; one a request, since it remembers its last."""

    def __init__(self, ident: str, rate: str) -> None:
        super().__init__(rate)
        self.ident = ident

    def get_cache_key(self, request: HttpRequest) -> str:
        return f"api.rate.{hashlib.sha256(self.ident.encode()).hexdigest()}"


def _slow_down(request: HttpRequest, ident: str, rate: str) -> None:
    """Raises Throttled where there were too many requests lately."""
    if rate:
        throttle = Slower(ident, rate)
        if not throttle.allow_request(request):
            raise Throttled(wait=throttle.wait())  # type: ignore[arg-type]


def of_address(request: HttpRequest) -> None:
    """Count a request against the address it comes from."""
    _slow_down(request, f"address/{address_of(request)}", settings.API_RATE_ADDRESS)


class Token(HttpBearer):
    """A token that holds: asked anew at every call, by the database's clock."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.authenticate(request, _sent(request))

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken:
        now = database_now()
        found = token_of(token, at=now) if token else None
        if found is None:
            of_address(request)  # whoever guesses is slowed down
            raise AuthenticationError
        _slow_down(request, f"token/{found.pk}", settings.API_RATE_TOKEN)
        note_use(token=found, at=now)
        request.user = found.membership.user
        request.acting = found.membership  # type: ignore[attr-defined]
        return found


class WritingToken(Token):
    """One that may write as well."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken:
        found = super().authenticate(request, token)
        if found.scope != Scope.WRITE:
            said = _("This token may only read. Make one that may write.")
            raise Problem(403, "read_only_token", said)
        return found


def anybody(request: HttpRequest) -> Any:
    """Everybody; and where a token is sent, it has to hold."""
    if "Authorization" in request.headers:
        return Token()(request)
    of_address(request)
    return ANYBODY


def _sent(request: HttpRequest) -> str:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def holder(request: HttpRequest) -> Membership:
    """For whom the token of a request acts."""
    token: AccessToken = request.auth  # type: ignore[attr-defined]
    return token.membership
