import datetime as dt
import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.directory.models import Intermediary, Offer
from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import check
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import errors
from ..models import Bid, Tender
from ..queries import current_opening_key
from ..sealing import PlainBid, seal
from .gating import about


def _refuse_the_ineligible(*, tender: Tender, tenderer: Entity, at: dt.datetime) -> None:
    """Everything but the conflict gate that keeps an entity out, cheapest first."""
    if not tender.accepts_bids_at(at):
        raise errors.TenderClosed
    if tender.owner_id == tenderer.pk:
        raise errors.OwnTender
    if not Intermediary.objects.filter(entity=tenderer, suspended_at__isnull=True).exists():
        raise errors.NotRegistered
    today = timezone.localdate(at)
    if not (
        Offer.objects.standing_on(today)
        .filter(intermediary__entity=tenderer, service=tender.service_id)
        .exists()
    ):
        raise errors.NoOffer
    if avoided := tender.avoided_units.filter(entity=tenderer).first():
        raise errors.AvoidedBidder(avoided.reason)
    if tender.bids.standing().filter(tenderer=tenderer).exists():
        raise errors.AlreadyBid


def _pass_the_gate(*, tender: Tender, tenderer: Entity, by: User, at: dt.datetime) -> Check:
    """The conflict check of a bid. Raises ConflictedBidder and UnknownStanding, which carry it."""
    made = check(
        intermediary=tenderer,
        department=tender.department,
        on=timezone.localdate(at),
        gate=Gate.BID,
        by=by,
        at=at,
        about=about(tender, with_rivals=False),
    )
    if made.outcome == Outcome.CONFLICTED:
        raise errors.ConflictedBidder(made)
    if made.outcome != Outcome.CLEAR:
        raise errors.UnknownStanding(made)
    return made


def submit_bid(*, tender: Tender, tenderer: Entity, bid: PlainBid, by: User, at: dt.datetime) -> Bid:
    """Seal and accept one bid. The deadline is exclusive: published_at <= at < closes_at.

    The conflict check is stored even when it refuses (优化营商环境条例 43): it has a transaction of its
    own and the refusal is raised after that, so call this outside a transaction.
    Raises TenderClosed, OwnTender, NotRegistered, NoOffer, AvoidedBidder, AlreadyBid, ConflictedBidder,
    UnknownStanding, NoOpeningKey.
    """
    _refuse_the_ineligible(tender=tender, tenderer=tenderer, at=at)
    gate = _pass_the_gate(tender=tender, tenderer=tenderer, by=by, at=at)
    key = current_opening_key()
    if key is None:
        raise errors.NoOpeningKey
    envelope = seal(bid, public_key=bytes(key.public), tender=tender.urn, tenderer=tenderer.urn)
    with transaction.atomic():
        locked = Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [tender.pk])[0]
        _refuse_the_ineligible(tender=locked, tenderer=tenderer, at=at)
        made = _insert(locked, tenderer=tenderer, key_id=key.kid, envelope=envelope, gate=gate, by=by, at=at)
        record(
            kind="tenders.bid_submitted",
            noticeable=False,
            subject=made,
            actor=by,
            body={
                "tender": tender.urn,
                "envelope": made.envelope_digest,
                "check": gate.urn,
                "suite": key.suite,
            },
        )
    return made


def _insert(
    tender: Tender, *, tenderer: Entity, key_id: str, envelope: bytes, gate: Check, by: User, at: dt.datetime
) -> Bid:
    """The row itself; what the database refuses is told in words."""
    try:
        with transaction.atomic():
            return Bid.objects.create(
                tender=tender,
                tenderer=tenderer,
                opening_key_id=key_id,
                envelope=envelope,
                envelope_digest=hashlib.sha256(envelope).hexdigest(),
                gate=gate,
                submitted_by=by,
                submitted_at=at,
            )
    except IntegrityError as refusal:
        if "bid_before_the_deadline" in str(refusal):
            raise errors.TenderClosed from refusal
        if "bid_one_standing_per_tenderer" in str(refusal):
            raise errors.AlreadyBid from refusal
        raise


@transaction.atomic
def withdraw_bid(*, bid: Bid, by: User, at: dt.datetime) -> Bid:
    """Take a bid back before the deadline; another may then be submitted. Raises NotWithdrawable."""
    tender = Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [bid.tender_id])[0]
    locked = Bid.objects.select_for_update(no_key=True).get(pk=bid.pk)
    if locked.withdrawn_at or locked.opened_at or not tender.accepts_bids_at(at):
        raise errors.NotWithdrawable
    locked.withdrawn_at = at
    locked.save(update_fields=["withdrawn_at"])
    record(
        kind="tenders.bid_withdrawn",
        subject=locked,
        actor=by,
        body={"tender": tender.urn, "envelope": locked.envelope_digest},
        noticeable=False,
    )
    return locked
