"""Tokens of programs."""

import datetime as dt
import hashlib
import re

from django.db.models import QuerySet

from ..models import AccessToken, User

_SECRET = re.compile(r"qq_[A-Za-z0-9_-]{43}")


def token_of(secret: str, *, at: dt.datetime) -> AccessToken | None:
    """The token that a secret belongs to, with whom it acts for; None where it does not hold at a moment."""
    if not _SECRET.fullmatch(secret):
        return None
    digest = hashlib.sha256(secret.encode()).hexdigest()
    live = AccessToken.objects.live_at(at).filter(digest=digest)
    return live.select_related("membership__user", "membership__entity").first()


def tokens_of(user: User) -> QuerySet[AccessToken]:
    """All tokens somebody ever made, the newest first."""
    found = AccessToken.objects.filter(membership__user=user)
    return found.select_related("membership__entity").order_by("-pk")
