"""Bids that go out of the running after the opening; the runner-up then moves up."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import choosing_errors as refused
from ..models import Award, Bid, EndKind, Exclusion, ExclusionKind, LowPrice, Tender
from .awarding import end_award
from .marking import is_being_evaluated


def _under_lock(bid: Bid) -> Tender:
    """The bid's tender, locked; refused unless the bid may still go out."""
    tender = Tender.objects.select_for_update(no_key=True).get(pk=bid.tender_id)
    going = is_being_evaluated(tender) or (tender.awarded_at and not (tender.failed_at or tender.void_at))
    live = Award.objects.live().filter(tender=tender, bid=bid).first()
    final = live is not None and live.final_at is not None
    if not going or final or not tender.bids.valid().filter(pk=bid.pk).exists():
        raise refused.NotDecidable
    return tender


def take_out(exclusion: Exclusion, tender: Tender, *, by: User, at: dt.datetime) -> None:
    """What a confirmed exclusion does: it is told, and an award to the bid ends."""
    bid = exclusion.bid
    body = {"bid": bid.urn, "why": exclusion.kind, "reason": exclusion.reason}
    record(kind="tenders.bid_excluded", subject=tender, actor=by, body=body)
    award = Award.objects.live().filter(tender=tender, bid=bid).first()
    if award is not None:
        award.tender = tender
        kind = EndKind.WITHDRAWN if exclusion.kind == ExclusionKind.WITHDREW else EndKind.DISQUALIFIED
        end_award(award=award, kind=kind, reason=exclusion.reason, by=by, at=at)


@transaction.atomic
def withdraw_after_opening(*, bid: Bid, reason: str, by: User, at: dt.datetime) -> Exclusion:
    """A bidder steps back after the opening, in public and with its reason; the next one moves up."""
    tender = _under_lock(bid)
    if not reason.strip():
        raise refused.SayWhy
    pending = Exclusion.objects.filter(bid=bid, declined_at__isnull=True).first()
    if pending is not None and pending.confirmed_at:
        raise refused.NotDecidable
    made = pending or Exclusion(bid=bid)
    made.kind, made.reason = ExclusionKind.WITHDREW, reason.strip()
    made.proposed_by = made.confirmed_by = by
    made.proposed_at = made.confirmed_at = at
    made.save()
    take_out(made, tender, by=by, at=at)
    return made


@transaction.atomic
def propose_exclusion(*, bid: Bid, reason: str, by: User, at: dt.datetime) -> Exclusion:
    """Propose to disqualify a bid, with the reason its bidder will read. A second person decides."""
    _under_lock(bid)
    if not reason.strip():
        raise refused.SayWhy
    if Exclusion.objects.filter(bid=bid, declined_at__isnull=True).exists():
        raise refused.NotDecidable
    return _propose(bid, ExclusionKind.DISQUALIFIED, reason.strip(), by=by, at=at)


def _propose(bid: Bid, kind: ExclusionKind, reason: str, *, by: User, at: dt.datetime) -> Exclusion:
    made = Exclusion.objects.create(bid=bid, kind=kind, reason=reason, proposed_by=by, proposed_at=at)
    body = {"bid": bid.urn, "reason": reason}
    record(kind="tenders.exclusion_proposed", subject=bid.tender, actor=by, body=body, noticeable=False)
    return made


def propose_for_price(*, bid: Bid, reason: str, by: User, at: dt.datetime) -> Exclusion:
    """A price that was not justified, in the caller's transaction: also decided by a second person."""
    return _propose(bid, ExclusionKind.PRICE, reason, by=by, at=at)


@transaction.atomic
def decide_exclusion(*, exclusion: Exclusion, confirm: bool, by: User, at: dt.datetime) -> Exclusion:
    """Confirm a colleague's proposal, or turn it down: then the bid stays in the running."""
    tender = _under_lock(exclusion.bid)
    locked = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
    if locked.confirmed_at or locked.declined_at:
        raise refused.NotDecidable
    if locked.proposed_by_id == by.pk:
        raise refused.SameDecider
    if not confirm:
        body = {"bid": locked.bid.urn}
        record(kind="tenders.exclusion_declined", subject=tender, actor=by, body=body, noticeable=False)
        locked.declined_by, locked.declined_at = by, at
        locked.save(update_fields=["declined_by", "declined_at"])
        return locked
    locked.confirmed_by, locked.confirmed_at = by, at
    locked.save(update_fields=["confirmed_by", "confirmed_at"])
    if locked.kind == ExclusionKind.PRICE:
        decided = {"accepted": False, "decision": locked.reason, "decided_by": by, "decided_at": at}
        LowPrice.objects.filter(bid=locked.bid, decided_at__isnull=True).update(**decided)
    take_out(locked, tender, by=by, at=at)
    return locked
