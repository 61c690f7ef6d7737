"""A way for the approving department to read what was handed in, so that the enterprise carries it once."""

import datetime as dt
import hashlib
import secrets

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import ShareEnded, ShareTooLong
from ..models import DeliverableFile, Milestone, ShareAccess, ShareLink

MOST_DAYS = 90


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def share_work(
    *, milestone: Milestone, whom: str, days: int, by: User, at: dt.datetime
) -> tuple[ShareLink, str]:
    """A link for somebody named, for 1 to 90 days; the token is told once. Raises ShareTooLong."""
    if not 1 <= days <= MOST_DAYS:
        raise ShareTooLong
    token = secrets.token_urlsafe(24)
    made = ShareLink.objects.create(
        milestone=milestone,
        token_digest=token_digest(token),
        whom=whom.strip()[:200],
        made_by=by,
        made_at=at,
        ends_at=at + dt.timedelta(days=days),
    )
    body = {
        "milestone": milestone.position,
        "name": milestone.name,
        "whom": made.whom,
        "until": made.ends_at.isoformat(),
    }
    record(kind="contracts.shared", subject=milestone.contract, actor=by, body=body, noticeable=False)
    return made, token


@transaction.atomic
def end_share(*, link: ShareLink, by: User, at: dt.datetime) -> ShareLink:
    """The link leads nowhere any more. Raises ShareEnded."""
    locked = ShareLink.objects.select_for_update().get(pk=link.pk)
    if locked.ended_at is not None or at >= locked.ends_at:
        raise ShareEnded
    locked.ended_at = at
    locked.save(update_fields=["ended_at"])
    body = {"whom": locked.whom}
    record(
        kind="contracts.share_ended", subject=link.milestone.contract, actor=by, body=body, noticeable=False
    )
    return locked


@transaction.atomic
def note_access(*, link: ShareLink, file: DeliverableFile | None, at: dt.datetime) -> ShareAccess:
    """Somebody opened the link, or fetched a file by it."""
    made = ShareAccess.objects.create(link=link, file=file, at=at)
    body = {"whom": link.whom, "file": file.digest if file else ""}
    record(
        kind="contracts.share_read",
        subject=link.milestone.contract,
        actor=None,
        body=body,
        noticeable=False,
    )
    return made
