"""Objections to reviews and complaints about quality: put, replied to, proposed and decided by two people."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import errors
from ..indicators import By
from ..models import Contract, Plea, PleaKind, PleaOutcome, Review, ReviewRule
from ..review_queries import review_rule_for, round_of
from ..seed import ensure_review_rules
from .reviewing import new_ref, refused, said

_REFUSALS: dict[str, type[errors.ContractRefused]] = {
    "objection_in_time_by_who_was_reviewed": errors.TooLateToObject,
    "objection_once_a_review": errors.ObjectedAlready,
    "complaint_one_waits_a_side": errors.ComplaintWaits,
    "complaint_by_who_used_the_work": errors.NotYourReview,
    "plea_by_who_may": errors.NotYourReview,
    "plea_right_of_reply": errors.RightOfReply,
    "plea_reply_by_the_other_side": errors.NotReviewed,
    "plea_decided_by_the_centre": errors.ByTheCentre,
    "plea_decided_by_two": errors.ASecondPerson,
}


def _rule(contract: Contract, at: dt.datetime) -> ReviewRule:
    """The rule the contract is reviewed by, or would be."""
    held = round_of(contract)
    if held is not None:
        return held.rule
    rule = review_rule_for(contract.region, on=timezone.localdate(at))
    if rule is None:
        ensure_review_rules()
        rule = review_rule_for(contract.region, on=timezone.localdate(at))
    if rule is None:
        raise LookupError("no rule on reviews is in force for this contract")
    return rule


def _put(plea: Plea, *, by: User) -> Plea:
    try:
        with transaction.atomic():
            plea.save(force_insert=True)
    except IntegrityError as failure:
        raise refused(failure, _REFUSALS) from failure
    body = {
        "plea": plea.ref,
        "side": str(plea.side),
        "reason": plea.reason,
        "reply_until": plea.reply_until.isoformat(),
        "due": plea.due_at.isoformat(),
    } | ({"review": plea.review.ref} if plea.review else {})
    kind = f"contracts.{plea.kind}_raised"
    record(kind=kind, subject=plea.contract, actor=by, body=body, noticeable=False)
    return plea


@transaction.atomic
def object_to_review(*, review: Review, reason: str, by: User, at: dt.datetime) -> Plea:
    """Who was reviewed objects, once, in its time; whoever gave the review may reply before it is decided.

    Raises StillSealed, WordsMissing, TooLateToObject, ObjectedAlready, NotYourReview.
    """
    contract = review.contract
    held = round_of(contract)
    if held is None or held.disclosed_at is None:
        raise errors.StillSealed
    rule = held.rule
    reply = dt.timedelta(0) if review.side == By.CENTRE else rule.reply_within
    plea = Plea(
        ref=new_ref("o", at),
        kind=PleaKind.OBJECTION,
        contract=contract,
        review=review,
        side=By.BUYER if review.side == By.SELLER else By.SELLER,
        raised_by=by,
        raised_at=at,
        reason=said(reason),
        reply_until=at + reply,
        due_at=at + rule.answer_within,
    )
    return _put(plea, by=by)


@transaction.atomic
def complain_of_quality(*, contract: Contract, side: By, reason: str, by: User, at: dt.datetime) -> Plea:
    """The buyer, or the department that decides, complains of quality; the intermediary may reply.

    Raises WordsMissing, ComplaintWaits, NotYourReview.
    """
    rule = _rule(contract, at)
    plea = Plea(
        ref=new_ref("q", at),
        kind=PleaKind.COMPLAINT,
        contract=contract,
        side=side,
        raised_by=by,
        raised_at=at,
        reason=said(reason),
        reply_until=at + rule.reply_within,
        due_at=at + rule.answer_within,
    )
    return _put(plea, by=by)


def _locked(plea: Plea) -> Plea:
    locked = Plea.objects.select_for_update(no_key=True, of=("self",)).get(pk=plea.pk)
    if locked.decided_at is not None:
        raise errors.PleaDecided
    return locked


def _save(plea: Plea, *fields: str) -> None:
    try:
        with transaction.atomic():
            plea.save(update_fields=list(fields))
    except IntegrityError as failure:
        raise refused(failure, _REFUSALS) from failure


def _tell(what: str, plea: Plea, *, by: User, noticeable: bool = False, **body: str) -> None:
    told = {"plea": plea.ref, "kind": str(plea.kind)} | body
    record(kind=f"contracts.plea_{what}", subject=plea.contract, actor=by, body=told, noticeable=noticeable)


@transaction.atomic
def reply_to_plea(*, plea: Plea, text: str, by: User, at: dt.datetime) -> Plea:
    """The other side replies, once, before it is decided.

    Raises PleaDecided, RepliedAlready, WordsMissing, NotReviewed.
    """
    locked = _locked(plea)
    if locked.replied_at is not None:
        raise errors.RepliedAlready
    locked.reply, locked.replied_by, locked.replied_at = said(text), by, at
    _save(locked, "reply", "replied_by", "replied_at")
    _tell("replied", locked, by=by, reason=locked.reply)
    return locked


@transaction.atomic
def propose_on_plea(*, plea: Plea, outcome: PleaOutcome, reason: str, by: User, at: dt.datetime) -> Plea:
    """One of the centre's people says how it should be decided.

    Raises PleaDecided, WordsMissing, RightOfReply, ByTheCentre.
    """
    locked = _locked(plea)
    locked.outcome, locked.outcome_reason = outcome, said(reason)
    locked.proposed_by, locked.proposed_at = by, at
    _save(locked, "outcome", "outcome_reason", "proposed_by", "proposed_at")
    _tell("proposed", locked, by=by, outcome=str(outcome), reason=locked.outcome_reason)
    return locked


@transaction.atomic
def return_plea(*, plea: Plea, reason: str, by: User, at: dt.datetime) -> Plea:
    """The second person sends the proposal back. Raises PleaDecided, NothingToDecide, ASecondPerson."""
    locked = _locked(plea)
    _second(locked, by)
    why = said(reason)
    locked.outcome, locked.outcome_reason, locked.proposed_by, locked.proposed_at = "", "", None, None
    _save(locked, "outcome", "outcome_reason", "proposed_by", "proposed_at")
    _tell("returned", locked, by=by, reason=why)
    return locked


@transaction.atomic
def decide_plea(*, plea: Plea, by: User, at: dt.datetime) -> Plea:
    """A second person decides as proposed; credit and consequences follow by effect.

    Raises PleaDecided, NothingToDecide, ASecondPerson, ByTheCentre.
    """
    locked = _locked(plea)
    _second(locked, by)
    locked.decided_by, locked.decided_at = by, at
    _save(locked, "decided_by", "decided_at")
    _tell(
        "decided",
        locked,
        by=by,
        noticeable=True,
        outcome=str(locked.outcome),
        reason=locked.outcome_reason,
        seller=locked.contract.seller.urn,
    )
    return locked


def _second(plea: Plea, by: User) -> None:
    if plea.proposed_by_id is None:
        raise errors.NothingToDecide
    if plea.proposed_by_id == by.pk:
        raise errors.ASecondPerson
