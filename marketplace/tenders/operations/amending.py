"""Terms of a public tender are amended before its deadline: differences kept, bidders given time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..amended import term_text, units_text
from ..eligibility import lacks_what_was_added
from ..errors import CeilingMissing, CeilingOfRate, ComesEarlier, NothingChanged, NotWithdrawable
from ..life import Act
from ..models import Amendment, Bid, Confirmation, Tender
from ..queries import time_after_amendment
from .acting import asserted, do_act, locked_tender
from .documents import Changed
from .drafting.terms import Terms, set_avoided
from .grounds import assert_ground

RATE = ("price_basis", "base_amount", "rate_low", "rate_high")
KEPT = ("title", "method", "method_parameters", "direct_ground", "invited", "invite_ground", *RATE)
NO_CHANGE = Changed()
AMENDABLE = tuple(name for name in Terms.__dataclass_fields__ if name not in KEPT)


def _deadline(tender: Tender, terms: Terms, at: dt.datetime) -> dt.datetime:
    """The deadline that was asked for, or as much later as the region's rule gives bidders.

    Raises ComesEarlier.
    """
    if tender.closes_at is None or terms.closes_at is None or terms.closes_at < tender.closes_at:
        raise ComesEarlier
    least = at + time_after_amendment(tender.region, on=timezone.localdate(at))
    return max(terms.closes_at, least)


@dataclass(frozen=True, slots=True)
class _Differs:
    """What an amendment changes: the new facts, and old and new of each changed term as text."""

    facts: dict[str, Any]
    before: dict[str, str]
    after: dict[str, str]


def _differences(
    tender: Tender, terms: Terms, avoided: list[tuple[Entity, str]], documents: Changed, *, at: dt.datetime
) -> _Differs:
    """Raises NothingChanged and ComesEarlier."""
    facts = {n: getattr(terms, n) for n in AMENDABLE if getattr(terms, n) != getattr(tender, n)}
    there = units_text((u.entity.name, u.reason) for u in tender.avoided_units.select_related("entity"))
    lists = {"avoided": (there, units_text((entity.name, why) for entity, why in avoided))}
    lists["documents"] = documents.lines(tender)
    changed = {name: pair for name, pair in lists.items() if pair[0] != pair[1]}
    if not facts and not changed:
        raise NothingChanged
    closes_at = _deadline(tender, terms, at)
    if closes_at != tender.closes_at:
        facts["closes_at"] = closes_at
    before = {name: term_text(getattr(tender, name)) for name in facts}
    after = {name: term_text(value) for name, value in facts.items()}
    return _Differs(
        facts,
        before | {name: was for name, (was, _now) in changed.items()},
        after | {name: now for name, (_was, now) in changed.items()},
    )


@transaction.atomic
def amend_tender(
    *,
    tender: Tender,
    terms: Terms,
    avoided: Iterable[tuple[Entity, str]],
    reason: str,
    by: User,
    at: dt.datetime,
    documents: Changed = NO_CHANGE,
) -> Amendment:
    """Change what a public tender says, and move the deadline where too little time would be left.

    Raises NotNow, ReasonMissing, NothingChanged, CeilingMissing, CeilingOfRate, NoDirectChoice, ComesEarlier
    and TooManyDocuments.
    """
    locked = locked_tender(tender)
    said = asserted(locked, Act.AMEND, at=at, reason=reason)
    if terms.ceiling is None and not terms.no_ceiling_reason.strip():
        raise CeilingMissing
    if locked.by_rate and terms.ceiling != locked.ceiling:
        raise CeilingOfRate
    assert_ground(locked, ceiling=terms.ceiling, at=locked.published_at or at)
    wanted, number = list(avoided), locked.amendment_no + 1
    differs = _differences(locked, terms, wanted, documents, at=at)
    told = {"number": number, "before": differs.before, "after": differs.after}
    made = Amendment.objects.create(tender=locked, reason=said, by=by, made_at=at, **told)
    set_avoided(locked, wanted)
    documents.apply(locked, number=number, by=by, at=at)
    facts = differs.facts | {"amendment_no": number}
    do_act(locked, Act.AMEND, kind="tenders.amended", by=by, at=at, reason=said, body=told, **facts)
    return made


@transaction.atomic
def confirm_bid(*, bid: Bid, by: User, at: dt.datetime) -> Confirmation:
    """A bidder that knows the last amendment lets its sealed bid stand. Raises NotWithdrawable once it is
    too late for either, or the bid is withdrawn; NotQualified where it lacks what an amendment asks for."""
    tender = Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [bid.tender_id])[0]
    held = Bid.objects.select_for_update(no_key=True).get(pk=bid.pk)
    last = tender.amendments.last()
    if last is None or held.withdrawn_at or not tender.accepts_bids_at(at):
        raise NotWithdrawable
    if (lacking := lacks_what_was_added(held, tender)) is not None:
        raise lacking
    made, first = Confirmation.objects.get_or_create(bid=held, amendment=last, defaults={"by": by, "at": at})
    if first:
        body = {"tender": tender.urn, "amendment": last.number}
        record(kind="tenders.bid_confirmed", subject=held, actor=by, body=body, noticeable=False)
    return made
