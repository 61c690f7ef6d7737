"""Terms of a public tender are amended before its deadline: differences kept, bidders given time."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..errors import CeilingMissing, ComesEarlier, NothingChanged, NotWithdrawable
from ..life import Act
from ..models import Amendment, Bid, Confirmation, Tender
from ..queries import time_after_amendment
from .acting import asserted, do_act, locked_tender
from .drafting.terms import Terms, set_avoided
from .grounds import assert_ground

KEPT = ("title", "method", "method_parameters", "direct_ground")
AMENDABLE = tuple(name for name in Terms.__dataclass_fields__ if name not in KEPT)


def term_text(value: Any) -> str:
    """A term as an amendment keeps it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)


def _units(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name} | {reason}" for name, reason in sorted(pairs))


def _deadline(tender: Tender, terms: Terms, at: dt.datetime) -> dt.datetime:
    """The deadline that was asked for, or as much later as the region's rule gives bidders.

    Raises ComesEarlier.
    """
    if tender.closes_at is None or terms.closes_at is None or terms.closes_at < tender.closes_at:
        raise ComesEarlier
    least = at + time_after_amendment(tender.region, on=timezone.localdate(at))
    return max(terms.closes_at, least)


@transaction.atomic
def amend_tender(
    *,
    tender: Tender,
    terms: Terms,
    avoided: Iterable[tuple[Entity, str]],
    reason: str,
    by: User,
    at: dt.datetime,
) -> Amendment:
    """Change what a public tender says, and move the deadline where too little time would be left.

    Raises NotNow, ReasonMissing, NothingChanged, CeilingMissing, NoDirectChoice and ComesEarlier.
    """
    locked = locked_tender(tender)
    said = asserted(locked, Act.AMEND, at=at, reason=reason)
    if terms.ceiling is None and not terms.no_ceiling_reason.strip():
        raise CeilingMissing
    assert_ground(locked, ceiling=terms.ceiling, at=locked.published_at or at)
    facts = {n: getattr(terms, n) for n in AMENDABLE if getattr(terms, n) != getattr(locked, n)}
    before = {name: term_text(getattr(locked, name)) for name in facts}
    wanted = list(avoided)
    there = _units((u.entity.name, u.reason) for u in locked.avoided_units.select_related("entity"))
    listed = _units((entity.name, why) for entity, why in wanted)
    if not facts and there == listed:
        raise NothingChanged
    closes_at = _deadline(locked, terms, at)
    if closes_at != locked.closes_at:
        facts["closes_at"], before["closes_at"] = closes_at, term_text(locked.closes_at)
    after = {name: term_text(value) for name, value in facts.items()}
    if there != listed:
        before["avoided"], after["avoided"] = there, listed
    number = locked.amendment_no + 1
    made = Amendment.objects.create(
        tender=locked, number=number, reason=said, before=before, after=after, by=by, made_at=at
    )
    set_avoided(locked, wanted)
    body = {"number": number, "before": before, "after": after}
    do_act(
        locked,
        Act.AMEND,
        kind="tenders.amended",
        by=by,
        at=at,
        reason=said,
        body=body,
        amendment_no=number,
        **facts,
    )
    return made


@transaction.atomic
def confirm_bid(*, bid: Bid, by: User, at: dt.datetime) -> Confirmation:
    """A bidder that knows the last amendment lets its sealed bid stand. Raises NotWithdrawable once it is
    too late for either, or the bid is withdrawn."""
    tender = Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [bid.tender_id])[0]
    held = Bid.objects.select_for_update(no_key=True).get(pk=bid.pk)
    last = tender.amendments.last()
    if last is None or held.withdrawn_at or not tender.accepts_bids_at(at):
        raise NotWithdrawable
    made, first = Confirmation.objects.get_or_create(bid=held, amendment=last, defaults={"by": by, "at": at})
    if first:
        body = {"tender": tender.urn, "amendment": last.number}
        record(kind="tenders.bid_confirmed", subject=held, actor=by, body=body, noticeable=False)
    return made
