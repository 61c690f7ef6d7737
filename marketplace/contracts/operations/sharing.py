"""A way for the approving department to read what was handed in, so that the enterprise carries it once."""

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import NothingSigned, ShareEnded, ShareTooLong
from ..models import Contract, DeliverableFile, Milestone, ShareAccess, ShareLink

MOST_DAYS = 90


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def share_work(
    *, milestone: Milestone, whom: str, days: int, by: User, at: dt.datetime
) -> tuple[ShareLink, str]:
    """A link for somebody named to what was handed in for a milestone, for 1 to 90 days; the token is told
    once. Raises ShareTooLong."""
    body = {"milestone": milestone.position, "name": milestone.name}
    told = {"milestone": milestone, "whom": whom}
    return _made(milestone.contract, told, body, days=days, by=by, at=at)


@transaction.atomic
def share_contract(
    *, contract: Contract, whom: str, days: int, by: User, at: dt.datetime
) -> tuple[ShareLink, str]:
    """One link to all accepted work of a contract, also to what is accepted later.

    Raises NothingSigned and ShareTooLong.
    """
    if contract.signed_at is None:
        raise NothingSigned
    return _made(contract, {"whole": contract, "whom": whom}, {"whole": True}, days=days, by=by, at=at)


def _made(
    contract: Contract, told: dict[str, Any], body: dict[str, Any], *, days: int, by: User, at: dt.datetime
) -> tuple[ShareLink, str]:
    if not 1 <= days <= MOST_DAYS:
        raise ShareTooLong
    token = secrets.token_urlsafe(24)
    told |= {"whom": told["whom"].strip()[:200], "token_digest": token_digest(token)}
    made = ShareLink.objects.create(**told, made_by=by, made_at=at, ends_at=at + dt.timedelta(days=days))
    body |= {"whom": made.whom, "until": made.ends_at.isoformat()}
    record(kind="contracts.shared", subject=contract, actor=by, body=body, noticeable=False)
    return made, token


@transaction.atomic
def end_share(*, link: ShareLink, by: User, at: dt.datetime) -> ShareLink:
    """The link leads nowhere any more. Raises ShareEnded."""
    locked = ShareLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if locked.ended_at is not None or at >= locked.ends_at:
        raise ShareEnded
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    body = {"whom": locked.whom}
    record(kind="contracts.share_ended", subject=link.contract, actor=by, body=body, noticeable=False)
    return locked


@transaction.atomic
def note_access(*, link: ShareLink, file: DeliverableFile | None, at: dt.datetime) -> ShareAccess:
    """Somebody opened the link, or fetched a file by it."""
    made = ShareAccess.objects.create(link=link, file=file, at=at)
    body = {"whom": link.whom, "file": file.digest if file else ""}
    record(kind="contracts.share_read", subject=link.contract, actor=None, body=body, noticeable=False)
    return made
