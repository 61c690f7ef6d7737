"""A public tender is postponed, suspended, resumed, cancelled or declared void: each with a reason."""

import datetime as dt
from typing import Any

from django.db import transaction

from regulation.parties.models import User

from ..errors import ComesEarlier, NotCancellable, NotNow
from ..life import Act, may
from ..models import EndKind, Tender
from .acting import asserted, do_act, locked_tender
from .awarding import end_award


@transaction.atomic
def postpone_tender(
    *,
    tender: Tender,
    resumes_at: dt.datetime | None,
    closes_at: dt.datetime,
    reason: str,
    by: User,
    at: dt.datetime,
) -> Tender:
    """Put the deadline off, and where `resumes_at` is given take no bids until then. Bidders lose no time.

    Raises NotNow, ReasonMissing, and ComesEarlier where less time to bid would be left than there was.
    """
    locked = locked_tender(tender)
    if locked.closes_at is None or not may(Act.POSTPONE, locked.state_at(at)):
        raise NotNow(Act.POSTPONE, locked.state_at(at))
    left = locked.closes_at - max(at, locked.opens_at or at, locked.resumes_at or at)
    if closes_at <= locked.closes_at or closes_at - max(at, resumes_at or at, locked.opens_at or at) < left:
        raise ComesEarlier
    do_act(
        locked,
        Act.POSTPONE,
        kind="tenders.postponed",
        by=by,
        at=at,
        reason=reason,
        body={"closes_at": closes_at.isoformat()},
        postponed_at=at,
        postpone_reason=reason.strip()[:600],
        resumes_at=resumes_at,
        closes_at=closes_at,
    )
    return locked


@transaction.atomic
def suspend_tender(*, tender: Tender, reason: str, by: User | None, at: dt.datetime) -> Tender:
    """Stop everything until it is resumed: no bid, no opening, no award. Raises NotNow and ReasonMissing."""
    locked = locked_tender(tender)
    facts: dict[str, Any] = {"suspended_at": at, "suspend_reason": reason.strip()[:600]}
    do_act(locked, Act.SUSPEND, kind="tenders.suspended", by=by, at=at, reason=reason, **facts)
    return locked


@transaction.atomic
def resume_tender(*, tender: Tender, reason: str, by: User | None, at: dt.datetime) -> Tender:
    """Let it go on. Where bids were being taken, or the standstill ran, the time lost is given back.

    Raises NotNow and ReasonMissing.
    """
    locked = locked_tender(tender)
    facts: dict[str, Any] = {"suspended_at": None, "suspend_reason": ""}
    if since := locked.suspended_at:
        for name in ("closes_at", "standstill_until"):
            due = getattr(locked, name)
            if due is not None and since < due:
                facts[name] = due + (at - since)
    do_act(locked, Act.RESUME, kind="tenders.resumed", by=by, at=at, reason=reason, **facts)
    return locked


@transaction.atomic
def cancel_tender(*, tender: Tender, reason: str, by: User, at: dt.datetime) -> Tender:
    """Call a published tender off before its award, in public, with a reason. Raises NotCancellable."""
    locked = locked_tender(tender)
    if not may(Act.CANCEL, locked.state_at(at)) or not reason.strip():
        raise NotCancellable
    facts: dict[str, Any] = {"cancelled_at": at, "cancel_reason": reason.strip()[:300]}
    do_act(locked, Act.CANCEL, kind="tenders.cancelled", by=by, at=at, reason=facts["cancel_reason"], **facts)
    return locked


@transaction.atomic
def annul_tender(*, tender: Tender, reason: str, by: User | None, at: dt.datetime) -> Tender:
    """Declare a public tender void: what came of it does not count, its award neither.

    Raises NotNow and ReasonMissing.
    """
    locked = locked_tender(tender)
    said = asserted(locked, Act.ANNUL, at=at, reason=reason)
    if (award := locked.awards.live().first()) is not None:
        award.tender = locked
        end_award(award=award, kind=EndKind.VOID, reason=said, by=by, at=at, again=False)
    facts: dict[str, Any] = {"void_at": at, "void_reason": reason.strip()[:600]}
    do_act(locked, Act.ANNUL, kind="tenders.annulled", by=by, at=at, reason=reason, **facts)
    return locked
