import datetime as dt
import hashlib
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import check, foresee
from regulation.ledger.operations import record
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, User

from .. import errors
from ..eligibility import refuse_the_ineligible
from ..models import NEEDED, Bid, Sealed, Tender
from ..queries import services_in_order, trustee_keys
from ..sealing import MAGIC, SUITE_ID, Key, PlainBid, Unreadable, context_of, read_header, seal
from .filing import bind_files
from .gating import about


def foresee_gate(*, tender: Tender, tenderer: Entity, at: dt.datetime) -> Check:
    """What the conflict gate would say of a bid now, so that nobody writes one in vain. Nothing is stored."""
    return foresee(
        intermediary=tenderer,
        department=tender.department,
        on=timezone.localdate(at),
        gate=Gate.BID,
        by=None,
        at=at,
        about=about(tender, with_rivals=False),
    )


def ask_gate(*, tender: Tender, tenderer: Entity, by: User, at: dt.datetime) -> Check:
    """The conflict check of a bid, stored whatever it says. Raises ConflictedBidder and UnknownStanding,
    which carry it; the unknown one waits for two regulators from then on.
    """
    made = _ask(tender, tenderer, by=by, at=at)
    if made.outcome != Outcome.CLEAR:
        raise _refusal_of(made)
    return made


def _ask(tender: Tender, tenderer: Entity, *, by: User, at: dt.datetime) -> Check:
    return check(
        intermediary=tenderer,
        department=tender.department,
        on=timezone.localdate(at),
        gate=Gate.BID,
        by=by,
        at=at,
        about=about(tender, with_rivals=False),
        of=tender.urn,
    )


def _refusal_of(made: Check) -> errors.TenderRefused:
    """What a check that opens no gate refuses a bid with."""
    conflicted = made.outcome == Outcome.CONFLICTED
    return errors.ConflictedBidder(made) if conflicted else errors.UnknownStanding(made)


def submit_bid(
    *,
    tender: Tender,
    tenderer: Entity,
    by: User,
    at: dt.datetime,
    envelope: bytes | None = None,
    bid: PlainBid | None = None,
    files: Sequence[str] = (),
) -> Bid:
    """Accept one sealed bid: an envelope its bidder sealed, with the sealed files sent before it, or a bid
    that is sealed here and now.

    The deadline is exclusive: published_at <= at < closes_at. The conflict check that refuses is stored
    (优化营商环境条例 43): the refusal is raised after its commit, so call this outside a transaction. One
    that is clear is stored with the bid, or not at all where something else refuses it.
    Raises TenderClosed, OwnTender, NotInvited, NotRegistered, NoOffer, AvoidedBidder, AlreadyBid,
    ConflictedBidder, UnknownStanding, NotSealable, SealItYourself, WrongEnvelope.
    """
    # asked of by the conditions and by the gate
    prefetch_related_objects([tender], "avoided_units", Prefetch("services", services_in_order()))
    refuse_the_ineligible(tender=tender, tenderer=tenderer, at=at)
    if envelope is None and tender.seal_on_device:
        raise errors.SealItYourself
    keys = trustee_keys(tender)
    if not keys:
        raise errors.NotSealable
    if envelope is not None:
        judge_envelope(envelope, keys=keys, tender=tender, tenderer=tenderer)
    sealed_by = Sealed.BIDDER if envelope is not None else Sealed.SERVER
    if envelope is None:
        if bid is None:
            raise ValueError("an envelope or a bid")
        envelope = seal(bid, trustees=keys, needed=NEEDED, tender=tender.urn, tenderer=tenderer.urn)
    try:
        with transaction.atomic():
            gate = _ask(tender, tenderer, by=by, at=at)
            if gate.outcome == Outcome.CLEAR:
                made = Bid(tenderer=tenderer, sealed_by=sealed_by, envelope=envelope, gate=gate)
                return _take(made, tender, files, by=by, at=at)
    except IntegrityError as refusal:
        raise _in_words(tender, refusal) from refusal
    raise _refusal_of(gate)


def _take(made: Bid, tender: Tender, files: Sequence[str], *, by: User, at: dt.datetime) -> Bid:
    """The bid itself with its entry, behind its clear check, in the caller's transaction."""
    locked = Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [tender.pk])[0]
    if not locked.accepts_bids_at(at):  # what else can race, a trigger and a constraint hold
        raise errors.TenderClosed(locked.closes_at, at)
    made.tender, made.submitted_by, made.submitted_at = locked, by, at
    made.envelope_digest = hashlib.sha256(made.envelope).hexdigest()
    made.save(force_insert=True)
    if files:
        bind_files(made, files)
    body = {
        "tender": tender.urn,
        "envelope": made.envelope_digest,
        "check_digest": made.gate.input_digest,
        "suite": SUITE_ID,
        "sealed_by": str(made.sealed_by),
    }
    record(kind="tenders.bid_submitted", subject=made, actor=by, body=body, noticeable=False)
    return made


def _in_words(tender: Tender, refusal: IntegrityError) -> Exception:
    """What a constraint or trigger said, as the refusal it stands for; itself where it stands for none."""
    said = str(refusal)
    if "bid_before_the_deadline" in said:
        tender.refresh_from_db(fields=["closes_at"])
        return errors.TenderClosed(tender.closes_at, database_now())
    if "bid_only_by_the_invited" in said:
        return errors.NotInvited()
    if "bid_by_no_suspended_intermediary" in said:
        return errors.NotRegistered()
    return errors.AlreadyBid() if "bid_one_standing_per_tenderer" in said else refusal


def judge_envelope(envelope: bytes, *, keys: list[Key], tender: Tender, tenderer: Entity) -> None:
    """What can be told of a sealed envelope: form, length, place and trustees. Raises WrongEnvelope."""
    if envelope[: len(MAGIC)] != MAGIC:
        raise errors.WrongEnvelope("suite")
    try:
        header = read_header(envelope)
    except Unreadable as failure:
        raise errors.WrongEnvelope("form") from failure
    if header.needed != NEEDED or [box.key for box in header.boxes] != [key.id for key in keys]:
        raise errors.WrongEnvelope("trustees")
    if header.context != context_of(tender=tender.urn, tenderer=tenderer.urn):
        raise errors.WrongEnvelope("context")


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
