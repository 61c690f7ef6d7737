"""A contract ends early: every side signs how it is settled, or one ends it by right after a demand."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.payments.books import to_yuan
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import dispute_errors, errors
from ..dispute_queries import paid_in, standing_ending
from ..life import Act, Step
from ..models import Contract, Ending, EndingPart, EndingSignature, Ground, Milestone
from ..queries import ends_at, milestones_of
from ..text import digest
from .acting import assert_in_force, assert_may, do_act, locked_contract, said
from .rules import rule_of
from .settling import settle

PERFORMED = "催告的事项已经履行"


def _open(contract: Contract, *, at: dt.datetime) -> list[Milestone]:
    """Milestones neither accepted nor cancelled. Raises StillDisputed where one is in dispute."""
    found = [m for m in milestones_of(contract) if m.accepted_at is None and m.cancelled_at is None]
    for one in found:
        one.contract = contract
        if one.state_at(at) is Step.DISPUTED:
            raise dispute_errors.StillDisputed(one.name)
    return found


def _told(contract: Contract, reason: str, parts: Mapping[Milestone, int]) -> dict[str, Any]:
    """What a signature under an early end stands under."""
    return {
        "format": "qinqing-end/1",
        "contract": contract.ref,
        "version": contract.version_no,
        "reason": reason,
        "parts": [
            {
                "milestone": m.position,
                "released": str(to_yuan(released)),
                "refunded": str(to_yuan(m.fen - released)),
            }
            for m, released in parts.items()
        ],
    }


@transaction.atomic
def propose_end(
    *, contract: Contract, side: str, released: Mapping[int, int], reason: str, by: User, at: dt.datetime
) -> Ending:
    """One side proposes to end the contract, with the fen each open milestone still pays; the rest goes back.

    Raises NotNow, ReasonMissing, EndStands, StillDisputed, and SplitNotWhole.
    """
    locked = locked_contract(contract)
    assert_may(locked, Act.TERMINATE, at=at)
    if not (why := said(reason)):
        raise errors.ReasonMissing
    if standing_ending(locked) is not None:
        raise dispute_errors.EndStands
    parts = {one: released.get(one.position, 0) for one in _open(locked, at=at)}
    for one, fen in parts.items():
        if not 0 <= fen <= one.fen:
            raise dispute_errors.SplitNotWhole(one.yuan)
    told = _told(locked, why, parts)
    made = Ending.objects.create(
        contract=locked,
        ground=Ground.AGREED,
        side=side,
        reason=why,
        digest=digest(told),
        proposed_by=by,
        proposed_at=at,
    )
    _put_parts(made, parts)
    body = {"text": made.digest, "side": side, "reason": why, "parts": told["parts"]}
    record(kind="contracts.end_proposed", subject=locked, actor=by, body=body, noticeable=False)
    return made


def _put_parts(ending: Ending, parts: Mapping[Milestone, int]) -> None:
    EndingPart.objects.bulk_create(
        EndingPart(ending=ending, milestone=m, released_fen=fen, refunded_fen=m.fen - fen)
        for m, fen in parts.items()
    )


def is_overdue(ending: Ending, *, on: dt.date) -> bool:
    """Whether what was demanded is still not done: handed in, or paid in."""
    milestone = ending.milestone
    if milestone is None:
        return False
    if ending.ground == Ground.LATE_PAYMENT:
        return milestone.accepted_at is not None and not paid_in(milestone)
    undone = milestone.submitted_at is None and milestone.accepted_at is None
    return undone and milestone.cancelled_at is None and bool(milestone.due_on and milestone.due_on < on)


@transaction.atomic
def demand_performance(
    *, contract: Contract, side: str, milestone: Milestone, reason: str, by: User, at: dt.datetime
) -> Ending:
    """Demand overdue work or payment; not done when the grace is over, the side may end it by right.

    民法典 563: a party that delays its main obligation and, once demanded, still does not perform within a
    reasonable time. Raises NotNow, also while the contract is suspended and nobody may perform;
    ReasonMissing, EndStands, NotOverdue.
    """
    locked = locked_contract(contract)
    assert_in_force(locked, Act.TERMINATE, at=at)
    if not (why := said(reason)):
        raise errors.ReasonMissing
    if standing_ending(locked) is not None:
        raise dispute_errors.EndStands
    seen = locked.milestones.get(pk=milestone.pk)
    made = Ending(
        contract=locked,
        ground=Ground.LATE_PAYMENT if side == "seller" else Ground.LATE_WORK,
        side=side,
        milestone=seen,
        reason=why,
        proposed_by=by,
        proposed_at=at,
        grace_until=ends_at(at, rule_of(locked, at=at).grace),
    )
    if not is_overdue(made, on=timezone.localdate(at)):
        raise dispute_errors.NotOverdue
    made.digest = digest({"contract": locked.ref, "milestone": seen.position, "reason": why})
    made.save(force_insert=True)
    body = {"milestone": seen.position, "name": seen.name, "side": side, "reason": why}
    body |= {"until": made.grace_until.isoformat() if made.grace_until else ""}
    record(kind="contracts.demanded", subject=locked, actor=by, body=body, noticeable=False)
    return made


def _standing(contract: Contract) -> Ending:
    found = standing_ending(contract)
    if found is None:
        raise dispute_errors.NoEnd
    return found


@transaction.atomic
def decline_end(*, contract: Contract, reason: str, by: User | None, at: dt.datetime) -> Ending:
    """A side turns an early end down, or takes its own back, with a reason.

    Raises NoEnd and ReasonMissing.
    """
    locked = locked_contract(contract)
    held = _standing(locked)
    if not (why := said(reason)):
        raise errors.ReasonMissing
    held.declined_at, held.declined_by, held.decline_reason = at, by, why
    held.save(update_fields=["declined_at", "declined_by", "decline_reason"])
    record(kind="contracts.end_declined", subject=locked, actor=by, body={"reason": why}, noticeable=False)
    return held


@transaction.atomic
def sign_end(
    *, contract: Contract, side: str, entity: Entity, read: str, proof: str, by: User, at: dt.datetime
) -> Contract:
    """One side signs the early end it `read`; with the last signature the contract is ended and settled.

    Raises NotNow, NoEnd, TextChanged, NotYourSide, SignedAlready, OnePersonOneSide, StillDisputed, and
    EndChanged where another milestone is open than was signed for.
    """
    locked = locked_contract(contract)
    assert_may(locked, Act.TERMINATE, at=at)
    held = _standing(locked)
    if held.ground != Ground.AGREED or held.digest != read:
        raise errors.TextChanged
    if side not in locked.sides:
        raise errors.NotYourSide
    _put_signature(held, side, entity, proof, by=by)
    body = {"text": held.digest, "side": side, "entity": entity.urn, "proof": proof}
    record(kind="contracts.end_signed", subject=locked, actor=by, body=body, noticeable=False)
    if set(held.signatures.values_list("side", flat=True)) >= set(locked.sides):
        parts = {part.milestone_id: part.released_fen for part in held.parts.all()}
        open_ = _open(locked, at=at)
        if {one.pk for one in open_} != set(parts):
            raise dispute_errors.EndChanged
        _terminate(locked, held, {one: parts[one.pk] for one in open_}, by=by, at=at)
    return locked


def _put_signature(ending: Ending, side: str, entity: Entity, proof: str, *, by: User) -> None:
    try:
        with transaction.atomic():
            EndingSignature.objects.create(ending=ending, side=side, entity=entity, signed_by=by, proof=proof)
    except IntegrityError as refusal:
        for name, meant in (
            ("ending_signed_by_who_may_bind", errors.NotYourSide),
            ("ending_signed_once_a_side", errors.SignedAlready),
            ("ending_signed_by_different_people", errors.OnePersonOneSide),
            ("ending_signed_while_it_stands", dispute_errors.NoEnd),
        ):
            if name in str(refusal):
                raise meant from refusal
        raise


@transaction.atomic
def end_by_right(*, contract: Contract, side: str, by: User, at: dt.datetime, proof: str = "") -> Contract:
    """Whoever demanded ends it once the grace is over: what is accepted is paid, the rest goes back. `proof`
    is how the person proved anew who they are.

    Raises NotNow, NoEnd, NotYourSide, NotOverdue where it was done meanwhile, StillDisputed, WorkWaits where
    work handed in waits for its answer, and GraceRuns: it stands still while the contract is suspended.
    """
    locked = locked_contract(contract)
    assert_may(locked, Act.TERMINATE, at=at)
    held = _standing(locked)
    if not held.by_right or held.side != side:
        raise errors.NotYourSide
    if not held.is_ripe_at(locked.suspended_at or at):
        raise dispute_errors.GraceRuns
    if not is_overdue(held, on=timezone.localdate(at)):
        raise dispute_errors.NotOverdue
    open_ = _open(locked, at=at)
    for one in open_:
        if one.state_at(at) is Step.SUBMITTED:
            raise dispute_errors.WorkWaits(one.name)
    parts = dict.fromkeys(open_, 0)
    _put_parts(held, parts)
    _terminate(locked, held, parts, by=by, at=at, proof=proof)
    return locked


def _terminate(
    contract: Contract,
    ending: Ending,
    parts: Mapping[Milestone, int],
    *,
    by: User,
    at: dt.datetime,
    proof: str = "",
) -> None:
    """Each open milestone is settled and cancelled, the contract is ended, and tenders learn of it."""
    for one, released in parts.items():
        settle(one, released_fen=released, by=by, at=at, ending=ending)
        do_act(
            one,
            Act.CANCEL,
            kind="contracts.cancelled",
            by=by,
            at=at,
            reason=ending.reason,
            body={"released": str(to_yuan(released)), "refunded": str(to_yuan(one.fen - released))},
            cancelled_at=at,
        )
    done = [m.position for m in contract.milestones.all() if m.accepted_at is not None]
    body = {
        "ground": ending.ground,
        "side": ending.side,
        "award": contract.award.urn,
        "tender": contract.award.tender.urn,
        "text": ending.digest,
        "accepted": done,
        "price": str(contract.price),
    }
    body |= {"proof": proof} if proof else {}
    do_act(
        contract,
        Act.TERMINATE,
        kind="contracts.terminated",
        by=by,
        at=at,
        reason=ending.reason,
        body=body,
        noticeable=True,
        terminated_at=at,
        terminate_reason=ending.reason,
        suspended_at=None,
        suspend_reason="",
        suspended_by_check=None,
    )
    ending.done_at = at
    ending.save(update_fields=["done_at"])
