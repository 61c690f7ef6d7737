"""Tokens by which programs act for a membership: made, used, revoked."""

import datetime as dt
import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.operations import record

from ..errors import NotYourMembership, TokenNameTaken, TooManyTokens
from ..models import AccessToken, Membership, Scope, User

PREFIX = "qq_"
SECRET_BYTES = 32
MOST = 20
COARSE = dt.timedelta(hours=1)


@transaction.atomic
def make_token(
    *, membership: Membership, name: str, scope: Scope, days: int, by: User, at: dt.datetime
) -> tuple[AccessToken, str]:
    """A token for a membership of one's own, and its secret, which nothing can show again.

    It holds for so many days, at most 365, or until the membership ends.
    Raises NotYourMembership, TooManyTokens, TokenNameTaken.
    """
    held = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if held.user_id != by.pk or not by.is_active or timezone.localdate(at) not in held.valid:
        raise NotYourMembership
    if held.tokens.live_at(at).count() >= MOST:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    try:
        with transaction.atomic():
            token = AccessToken.objects.create(
                membership=held,
                name=name,
                scope=scope,
                digest=hashlib.sha256(secret.encode()).hexdigest(),
                expires_at=at + dt.timedelta(days=days),
            )
    except IntegrityError as refusal:
        if "token_one_of_a_name" in str(refusal):
            raise TokenNameTaken from refusal
        raise
    body = {
        "entity": held.entity.urn,
        "role": held.role,
        "scope": str(scope),
        "expires_at": token.expires_at.isoformat(),
    }
    record(kind="parties.token_made", subject=token, actor=by, body=body, noticeable=False)
    return token, secret


@transaction.atomic
def revoke_token(*, token: AccessToken, by: User, at: dt.datetime) -> AccessToken:
    """From now on nothing is answered to it. The same again changes nothing."""
    held = AccessToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if held.revoked_at is None:
        held.revoked_at = at
        held.save(update_fields=["revoked_at"])
        record(kind="parties.token_revoked", subject=held, actor=by, body={}, noticeable=False)
    return held


def note_use(*, token: AccessToken, at: dt.datetime) -> None:
    """That it was used, to the hour: enough to find one that nobody uses, too little to follow anybody by."""
    if token.last_used_at is None or token.last_used_at <= at - COARSE:
        hour = at.replace(minute=0, second=0, microsecond=0)
        AccessToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(last_used_at=hour)
