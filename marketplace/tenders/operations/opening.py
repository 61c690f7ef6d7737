import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from regulation.decoupling.models import Gate, Outcome
from regulation.decoupling.operations import unseal_checks
from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import errors
from ..eligibility import lacks_what_was_added
from ..life import Act, may
from ..models import NEEDED, TRUSTEES, Appointment, Bid, Opening, Share, Tender, VoidReason
from ..queries import opening_grace_ends, trustee_keys
from ..sealing import Key, Malformed, Unreadable, read_header, share_fits, unseal
from .acting import do_act
from .filing import name_files
from .gating import pass_gates, suspend_bid


@transaction.atomic
def hand_over(
    *, appointment: Appointment, shares: Mapping[str, bytes | None], by: User | None, at: dt.datetime
) -> int:
    """Take a trustee's shares by the bid's ref, None where its box does not open; returns how many were new.

    Raises TooEarly before the deadline (a trigger asks the database clock again) and for a tender that is
    not to be opened; WrongShare for one that its envelope does not name. Then none is taken.
    """
    tender = appointment.tender
    over = tender.cancelled_at or tender.failed_at or tender.void_at
    if tender.closes_at is None or at < tender.closes_at or over:
        raise errors.TooEarly
    bids = {str(bid.ref): bid for bid in tender.bids.standing().filter(ref__in=shares)}
    there = set(appointment.shares.values_list("bid__ref", flat=True))
    rows = []
    for ref, value in shares.items():
        bid = bids.get(ref)
        if bid is None or (value is not None and not _fits(bid, appointment.position, value)):
            raise errors.WrongShare(ref)
        if bid.ref not in there:
            rows.append(Share(bid=bid, appointment=appointment, value=value, handed_by=by))
    try:
        with transaction.atomic():
            Share.objects.bulk_create(rows)
    except IntegrityError as refusal:
        if "share_only_after_the_deadline" in str(refusal):
            raise errors.TooEarly from refusal
        raise
    if rows:
        body = {"trustee": appointment.trustee.urn, "key": appointment.key_id, "digest": _digest(rows)}
        record(kind="tenders.shares_handed", subject=tender, actor=by, body=body)
    return len(rows)


def _fits(bid: Bid, position: int, value: bytes) -> bool:
    """Whether a share is the one that the envelope names."""
    try:
        header = read_header(bytes(bid.envelope))
    except Unreadable:
        return False
    return len(value) == 32 and position <= len(header.boxes) and share_fits(header, position, value)


def _digest(rows: list[Share]) -> str:
    """What was handed over, without saying for how many bids."""
    lines = sorted(f"{row.bid.ref} {bytes(row.value).hex() if row.value else ''}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _unseal_into(bid: Bid, tender: Tender, keys: list[Key]) -> bool:
    """Open one envelope and judge it by the published terms; a void bid says why.

    False while the trustees that answered are too few to say. It does not depend on which two answered.
    """
    answers = list(bid.shares.all())
    shares = {s.appointment.position: bytes(s.value) for s in answers if s.value is not None}
    if len(shares) < NEEDED:
        bid.void_reason = VoidReason.UNREADABLE
        return len(answers) - len(shares) > TRUSTEES - NEEDED
    try:
        opened = unseal(
            bytes(bid.envelope), shares=shares, trustees=keys, tender=tender.urn, tenderer=bid.tenderer.urn
        )
    except Unreadable:
        bid.void_reason = VoidReason.UNREADABLE
        return True
    except Malformed:
        bid.void_reason = VoidReason.MALFORMED
        return True
    plain = opened.bid
    name_files(bid, plain.files)
    bid.price, bid.days, bid.note = plain.price, plain.days, plain.note
    bid.void_reason = _judged(bid, tender)
    return True


def _judged(bid: Bid, tender: Tender) -> str:
    """Why an opened bid does not count by the published terms; empty where it does."""
    price, rate = bid.price or Decimal(0), tender.rate_of(bid.price)
    if tender.ceiling is not None and price > tender.ceiling:
        return VoidReason.OVER_CEILING
    if tender.by_rate and rate is None:
        return VoidReason.NO_RATE
    if rate is not None and tender.rate_low is not None and rate < tender.rate_low:
        return VoidReason.OUT_OF_BOUNDS
    if (bid.days or 0) > tender.days:
        return VoidReason.TOO_SLOW
    return VoidReason.UNQUALIFIED if lacks_what_was_added(bid, tender) is not None else ""


@transaction.atomic
def open_tender(*, tender: Tender, at: dt.datetime) -> Opening:
    """Open all standing bids of a tender at or after its deadline. Two at once make one opening.

    A tender without a valid bid fails and says so. Raises NotDue before the deadline and for a cancelled
    tender, AwaitsShares while trustees are missing; nothing is then written. A trigger asks the database
    clock again.
    """
    locked = Tender.objects.select_for_update().get(pk=tender.pk)
    if existing := Opening.objects.filter(tender=locked).first():
        return existing
    if not may(Act.OPEN, locked.state_at(at)):
        raise errors.NotDue
    bids = list(
        locked.bids.standing()
        .select_related("tenderer")
        .prefetch_related("shares__appointment", "sealed_files")
        .order_by("submitted_at", "pk")
    )
    prefetch_related_objects([locked], "amendments")  # asked of each bid
    keys, grace_over = trustee_keys(locked), at >= _grace_ends(locked)
    for bid in bids:
        if not _unseal_into(bid, locked, keys) and not (grace_over and len(bid.shares.all()) >= NEEDED):
            raise errors.AwaitsShares
        bid.opened_at = at
    return _opened(locked, bids, at=at)


def _opened(tender: Tender, bids: list[Bid], *, at: dt.datetime) -> Opening:
    void = sum(bool(bid.void_reason) for bid in bids)
    facts: dict[str, Any] = {"opened_at": at}
    if len(bids) == void:
        facts |= {"failed_at": at, "failure": "no_valid_bid" if bids else "no_bid"}
    do_act(tender, Act.OPEN, kind="tenders.opened", by=None, at=at, body=_told(bids, at), **facts)
    Bid.objects.bulk_update(bids, ["opened_at", "price", "days", "note", "void_reason"])
    opening = Opening.objects.create(tender=tender, opened_at=at, bids_opened=len(bids), bids_void=void)
    unseal_checks(of=tender, at=at)
    _gate(tender, at=at)
    return opening


def _told(bids: list[Bid], at: dt.datetime) -> dict[str, Any]:
    """What the ledger keeps of an opening."""
    return {
        "opened_at": at.isoformat(),
        "bids": [
            {
                "bid": bid.urn,
                "tenderer": bid.tenderer.urn,
                "envelope": bid.envelope_digest,
                "price": str(bid.price) if bid.price is not None else None,
                "void": bid.void_reason,
            }
            for bid in bids
        ],
    }


def _gate(tender: Tender, *, at: dt.datetime) -> None:
    """Who bid is public now: each valid bid is checked against all others (招标投标法实施条例 34).

    A conflict suspends the bid; the award checks once more.
    """
    bids = list(tender.bids.valid().select_related("tenderer").order_by("pk"))
    for bid, made in pass_gates(bids, tender=tender, gate=Gate.OPENING, by=None, at=at):
        if made.outcome == Outcome.CONFLICTED:
            suspend_bid(bid, made, at=at)


def _grace_ends(tender: Tender) -> dt.datetime:
    """Until when the trustees may come."""
    if (ends := opening_grace_ends(tender)) is None:
        raise errors.NotDue
    return ends


@transaction.atomic
def void_unopened(*, tender: Tender, at: dt.datetime) -> Tender:
    """Declare a tender void whose bids cannot be opened: two trustees or more did not come in time.

    No bid is opened then, not one; the owner tenders it again. Raises NotVoid before the grace
    ends, and where enough trustees came.
    """
    locked = Tender.objects.select_for_update().get(pk=tender.pk)
    over = not may(Act.LAPSE, locked.state_at(at))
    came = locked.appointments.filter(shares__isnull=False).distinct()
    if over or at < _grace_ends(locked) or came.count() >= NEEDED or not locked.bids.standing().exists():
        raise errors.NotVoid
    missing = [a.trustee.urn for a in locked.appointments.exclude(pk__in=came).select_related("trustee")]
    body = {"reason": "shares_missing", "missing": missing, "waited_until": _grace_ends(locked).isoformat()}
    facts: dict[str, Any] = {"void_at": at, "failure": "shares_missing"}
    do_act(locked, Act.LAPSE, kind="tenders.voided", by=None, at=at, body=body, **facts)
    return locked
