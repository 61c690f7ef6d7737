import datetime as dt

from django.db import transaction

from regulation.decoupling.models import Gate, Outcome
from regulation.ledger.operations import record

from .. import keyring
from ..errors import NotDue
from ..models import Bid, Opening, Tender, VoidReason
from ..sealing import Malformed, Unreadable, unseal
from .gating import about, pass_gate, suspend_bid


def _unseal_into(bid: Bid, tender: Tender) -> None:
    """Open one envelope and judge it by the published terms; a void bid says why."""
    private = keyring.private_key(bid.opening_key_id)
    try:
        plain = unseal(bytes(bid.envelope), private_key=private, tender=tender.urn, tenderer=bid.tenderer.urn)
    except Unreadable:
        bid.void_reason = VoidReason.UNREADABLE
        return
    except Malformed:
        bid.void_reason = VoidReason.MALFORMED
        return
    bid.price, bid.days, bid.note = plain.price, plain.days, plain.note
    if tender.ceiling is not None and plain.price > tender.ceiling:
        bid.void_reason = VoidReason.OVER_CEILING
    elif plain.days > tender.days:
        bid.void_reason = VoidReason.TOO_SLOW


@transaction.atomic
def open_tender(*, tender: Tender, at: dt.datetime) -> Opening:
    """Open all standing bids of a tender at or after its deadline. Two at once make one opening.

    A tender without a valid bid fails and says so. Raises NotDue before the deadline and for a cancelled
    tender, keyring.NoKeyring in a process without the keys; nothing is then written. A trigger asks the
    database clock again.
    """
    locked = Tender.objects.select_for_update().get(pk=tender.pk)
    if existing := Opening.objects.filter(tender=locked).first():
        return existing
    if not locked.published_at or locked.cancelled_at or not locked.closes_at or at < locked.closes_at:
        raise NotDue
    bids = list(locked.bids.standing().select_related("tenderer").order_by("pk"))
    for bid in bids:
        _unseal_into(bid, locked)
        bid.opened_at = at
    void = sum(bool(bid.void_reason) for bid in bids)
    locked.opened_at = at
    if len(bids) == void:
        locked.failed_at, locked.failure = at, "no_valid_bid" if bids else "no_bid"
    locked.save(update_fields=["opened_at", "failed_at", "failure"])
    Bid.objects.bulk_update(bids, ["opened_at", "price", "days", "note", "void_reason"])
    opening = Opening.objects.create(tender=locked, opened_at=at, bids_opened=len(bids), bids_void=void)
    record(
        kind="tenders.opened",
        subject=locked,
        actor=None,
        body={
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
        },
    )
    _gate(locked, at=at)
    return opening


def _gate(tender: Tender, *, at: dt.datetime) -> None:
    """Who bid is public now: each valid bid is checked against all others (招标投标法实施条例 34).

    A conflict suspends the bid; the award checks once more.
    """
    told = about(tender, with_rivals=True)
    for bid in tender.bids.valid().select_related("tenderer").order_by("pk"):
        made = pass_gate(bid, tender=tender, gate=Gate.OPENING, by=None, at=at, told=told)
        if made.outcome == Outcome.CONFLICTED:
            suspend_bid(bid, made, at=at)
