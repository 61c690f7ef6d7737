"""Reviews: opened after the work, handed in sealed, disclosed together, replied to, mended and raised."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import rfc8785
from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import errors
from ..indicators import By, faults, mark
from ..models import Contract, Repair, Review, ReviewContent, ReviewReply, ReviewRound
from ..review_queries import review_rule_for, round_of
from ..seed import ensure_review_rules
from .drawing_up import REF_ALPHABET

WORDS_LIMIT = 2000
PARTIES = {By.BUYER: "buyer", By.SELLER: "seller", By.DEPARTMENT: "department"}
_REFUSALS: dict[str, type[errors.ContractRefused]] = {
    "review_after_the_work": errors.NotReviewedYet,
    "review_in_its_window": errors.ReviewOver,
    "review_by_who_may": errors.NotYourReview,
    "review_once_a_side": errors.ReviewedAlready,
    "review_rates_what_it_may": errors.ScoresMissing,
    "review_raised_after_a_repair": errors.NothingMended,
    "review_is_raised_alone": errors.NotRaised,
    "review_reply_by_who_was_reviewed": errors.NotReviewed,
    "contracts_reviewreply_review_id": errors.RepliedAlready,
    "repair_in_time_by_the_intermediary": errors.RepairOver,
    "contracts_repair_contract_id": errors.RepairOver,
}


def new_ref(letter: str, at: dt.datetime) -> str:
    return f"{letter}{at:%y%m%d}-{''.join(secrets.choice(REF_ALPHABET) for _ in range(8))}"


def refused(failure: IntegrityError, meant: Mapping[str, type[errors.ContractRefused]]) -> Exception:
    """What the database refused, in words; the failure itself where it is none of these."""
    return next((refusal() for name, refusal in meant.items() if name in str(failure)), failure)


def content_digest(content: ReviewContent) -> str:
    """The commitment of a review: SHA-256 over its salt and canonical content (RFC 8785)."""
    said = {"side": str(content.side), "scores": content.scores, "words": content.words}
    return hashlib.sha256(bytes.fromhex(content.salt) + rfc8785.dumps(said)).hexdigest()


def locked_round(contract: Contract) -> ReviewRound:
    """The round of a contract, held. Raises NotReviewedYet where there is none."""
    held = (
        ReviewRound.objects.select_for_update(no_key=True, of=("self",))
        .select_related("rule")
        .filter(contract=contract)
        .first()
    )
    if held is None:
        raise errors.NotReviewedYet
    return held


@transaction.atomic
def open_reviews(*, contract: Contract, at: dt.datetime) -> ReviewRound | None:
    """The work is over: from now on it is reviewed, for as long as the rule says. None where it was already.

    Raises NotReviewedYet while the work goes on.
    """
    locked = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
    if locked.completed_at is None and locked.terminated_at is None:
        raise errors.NotReviewedYet
    if round_of(locked) is not None:
        return None
    on = timezone.localdate(at)
    rule = review_rule_for(locked.region, on=on)
    if rule is None:
        ensure_review_rules()
        rule = review_rule_for(locked.region, on=on)
    if rule is None:
        raise LookupError("no rule on reviews is in force for this contract")
    made = ReviewRound.objects.create(contract=locked, rule=rule, opened_at=at, until=at + rule.open_for)
    body = {"until": made.until.isoformat(), "rule": rule.urn}
    record(kind="contracts.reviews_opened", subject=locked, actor=None, body=body, noticeable=False)
    return made


def _entity(contract: Contract, side: By) -> Entity | None:
    return None if side is By.CENTRE else getattr(contract, PARTIES[side])


def _put(
    contract: Contract,
    side: By,
    number: int,
    scores: Mapping[str, int],
    words: str,
    *,
    by: User,
    at: dt.datetime,
) -> tuple[Review, ReviewContent]:
    """Content and review, in the caller's transaction. The content's key is ours: it is not read back."""
    content = ReviewContent(
        side=side,
        scores=dict(scores),
        words=words.replace("\0", "").strip()[:WORDS_LIMIT],
        salt=secrets.token_hex(16),
    )
    try:
        with transaction.atomic():
            content.save(force_insert=True)
            made = Review.objects.create(
                ref=new_ref("r", at),
                contract=contract,
                side=side,
                number=number,
                content=content,
                commitment=content_digest(content),
                entity=_entity(contract, side),
                by=by,
                at=at,
            )
    except IntegrityError as failure:
        raise refused(failure, _REFUSALS) from failure
    return made, content


@transaction.atomic
def hand_in_review(
    *, contract: Contract, side: By, scores: Mapping[str, int], words: str, by: User, at: dt.datetime
) -> Review:
    """A side reviews the other, once. It stays sealed until both sides' are in or the time is over; the entry
    holds a commitment to it and nothing of what it says.

    Raises NotReviewedYet, ReviewOver, ReviewedAlready, NotYourReview, ScoresMissing.
    """
    held = locked_round(contract)
    if at >= held.until:
        raise errors.ReviewOver
    if faults(side, scores):
        raise errors.ScoresMissing
    if contract.reviews.filter(side=side, number=1).exists():
        raise errors.ReviewedAlready
    made, _content = _put(contract, side, 1, scores, words, by=by, at=at)
    body = {"review": made.ref, "side": str(side), "commitment": made.commitment}
    record(kind="contracts.reviewed", subject=contract, actor=by, body=body, noticeable=False)
    if held.disclosed_at is not None:
        _tell([made], contract, at=at)
    elif _both_in(contract):
        _disclose(held, contract, at=at)
    return made


def _both_in(contract: Contract) -> bool:
    return contract.reviews.filter(number=1, side__in=[By.BUYER, By.SELLER]).count() == 2


def _disclose(held: ReviewRound, contract: Contract, *, at: dt.datetime) -> None:
    held.disclosed_at = at
    held.save(update_fields=["disclosed_at"])
    _tell(list(contract.reviews.order_by("pk")), contract, at=at)


def _tell(reviews: list[Review], contract: Contract, *, at: dt.datetime) -> None:
    """One entry with what the reviews say; its effects reckon credit anew and look for what is odd."""
    told: list[dict[str, Any]] = []
    for one in Review.objects.filter(pk__in=[r.pk for r in reviews]).select_related("content").order_by("pk"):
        told.append(
            {
                "review": one.ref,
                "side": one.side,
                "number": one.number,
                "scores": one.content.scores,
                "words": one.content.words,
                "salt": one.content.salt,
                "mark": str(mark(one.side, one.content.scores)),
            }
        )
    body = {"at": at.isoformat(), "seller": contract.seller.urn, "buyer": contract.buyer.urn, "reviews": told}
    record(kind="contracts.reviews_disclosed", subject=contract, actor=None, body=body)


@transaction.atomic
def disclose_reviews(*, contract: Contract, at: dt.datetime) -> bool:
    """The time is over: what was said is read from now on, whoever said nothing. Whether it was done now."""
    held = locked_round(contract)
    if held.disclosed_at is not None or (at < held.until and not _both_in(contract)):
        return False
    _disclose(held, contract, at=at)
    return True


def _disclosed(contract: Contract) -> ReviewRound:
    held = round_of(contract)
    if held is None or held.disclosed_at is None:
        raise errors.StillSealed
    return held


def said(text: str) -> str:
    """What somebody writes for the public. Raises WordsMissing."""
    words = text.replace("\0", "").strip()[:WORDS_LIMIT]
    if not words:
        raise errors.WordsMissing
    return words


@transaction.atomic
def reply_to_review(*, review: Review, text: str, by: User, at: dt.datetime) -> ReviewReply:
    """Who was reviewed replies, once. Raises StillSealed, WordsMissing, RepliedAlready, NotReviewed."""
    contract = review.contract
    _disclosed(contract)
    try:
        with transaction.atomic():
            made = ReviewReply.objects.create(review=review, text=said(text), by=by, at=at)
    except IntegrityError as failure:
        raise refused(failure, _REFUSALS) from failure
    body = {"review": review.ref, "reason": made.text}
    record(kind="contracts.review_replied", subject=contract, actor=by, body=body)
    return made


@transaction.atomic
def offer_repair(*, contract: Contract, text: str, by: User, at: dt.datetime) -> Repair:
    """The intermediary says what it mended; the buyer may then raise its review, once, until a day.

    Raises StillSealed, WordsMissing, RepairOver.
    """
    held = _disclosed(contract)
    try:
        with transaction.atomic():
            made = Repair.objects.create(
                contract=contract, text=said(text), by=by, at=at, raise_until=at + held.rule.mend_within
            )
    except IntegrityError as failure:
        raise refused(failure, _REFUSALS) from failure
    body = {"reason": made.text, "until": made.raise_until.isoformat()}
    record(kind="contracts.review_mended", subject=contract, actor=by, body=body)
    return made


@transaction.atomic
def raise_review(
    *, contract: Contract, scores: Mapping[str, int], words: str, by: User, at: dt.datetime
) -> Review:
    """The buyer raises its review after a repair: no line lower, at least one higher; both stay to be read.

    Raises StillSealed, NothingMended, ReviewedAlready, ScoresMissing, NotRaised, NotYourReview.
    """
    _disclosed(contract)
    locked_round(contract)
    first = contract.reviews.filter(side=By.BUYER, number=1).select_related("content").first()
    if first is None:
        raise errors.NothingMended
    if faults(By.BUYER, scores):
        raise errors.ScoresMissing
    was = first.content.scores
    if was == dict(scores) or any(scores[code] < value for code, value in was.items()):
        raise errors.NotRaised
    made, _content = _put(contract, By.BUYER, 2, scores, words, by=by, at=at)
    body = {"review": made.ref, "side": str(By.BUYER), "commitment": made.commitment}
    record(kind="contracts.review_raised", subject=contract, actor=by, body=body)
    _tell([made], contract, at=at)
    return made
