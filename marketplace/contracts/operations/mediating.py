"""A decision is asked for; the next mediator whom nothing ties is named, may be objected to, and decides."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from marketplace.tenders.recusal import tied_to
from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import check, foresee
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import dispute_errors, errors
from ..dispute_queries import candidates_for, standing_seat
from ..life import Act, State
from ..models import Contract, Decision, Dispute, Mediator, Proposal, Seat, SeatCheck, SeatEnd, Voice
from ..models import Outcome as Ended
from ..queries import ends_at
from .acting import assert_in_force, said
from .disputing import close, locked_dispute, put_proposal, told_claim


@transaction.atomic
def ask_for_decision(*, dispute: Dispute, side: str, by: User, at: dt.datetime) -> Dispute:
    """Once the time to agree is over either side may ask for a mediator's decision; one is then named.

    Raises DisputeClosed, CureRuns, AskedAlready; and NotNow while the contract is suspended, when that time
    stands still.
    """
    locked = locked_dispute(dispute)
    assert_in_force(locked.milestone.contract, Act.SETTLE, at=at)
    if at < locked.cure_until:
        raise dispute_errors.CureRuns
    if locked.asked_at is not None:
        raise dispute_errors.AskedAlready
    locked.asked_at, locked.asked_side = at, side
    locked.save(update_fields=["asked_at", "asked_side"])
    body = {"dispute": locked.ref, "side": side}
    contract = locked.milestone.contract
    record(kind="contracts.decision_asked", subject=contract, actor=by, body=body, noticeable=False)
    return locked


def parties_of(contract: Contract) -> list[Entity]:
    """Buyer, seller and payer, each once."""
    return list({e.pk: e for e in (contract.buyer, contract.seller, contract.payer)}.values())


def _asked(body: Entity, party: Entity, *, at: dt.datetime, by: User | None) -> dict[str, object]:
    on = timezone.localdate(at)
    return {
        "intermediary": body,
        "department": party,
        "on": on,
        "gate": Gate.MEDIATION,
        "by": by,
        "at": at,
    }


def _free(mediator: Mediator, contract: Contract, *, at: dt.datetime) -> bool:
    """Whether nothing on record ties person or body to a side now; it only reads."""
    parties, on = parties_of(contract), timezone.localdate(at)
    if tied_to(mediator.user, parties, on=on) is not None:
        return False
    asked = (_asked(mediator.body, party, at=at, by=None) for party in parties)
    return all(foresee(**one).outcome == Outcome.CLEAR for one in asked)  # type: ignore[arg-type]


def _checked(mediator: Mediator, contract: Contract, *, at: dt.datetime) -> list[tuple[Entity, Check]]:
    """A stored check of the body against each side, whatever it says."""
    return [
        (party, check(**_asked(mediator.body, party, at=at, by=None)))  # type: ignore[arg-type]
        for party in parties_of(contract)
    ]


@transaction.atomic
def name_mediator(*, dispute: Dispute, at: dt.datetime) -> Seat | None:
    """Name the next in turn whom nothing ties to a side.

    None where one sits, none is asked for, or none is free, which is told once. Safe to run twice and at the
    same time.
    """
    try:
        locked = locked_dispute(dispute)
    except dispute_errors.DisputeClosed:
        return None
    if locked.asked_at is None or standing_seat(locked) is not None:
        return None
    contract = locked.milestone.contract
    found = (m for m in candidates_for(locked, on=timezone.localdate(at)) if _free(m, contract, at=at))
    for mediator in found:
        checks = _checked(mediator, contract, at=at)
        if all(made.outcome == Outcome.CLEAR for _party, made in checks):
            return _seat(locked, mediator, checks, at=at)
    if locked.unheard_at is None:
        locked.unheard_at = at
        locked.save(update_fields=["unheard_at"])
        body = {"dispute": locked.ref}
        record(kind="contracts.no_mediator", subject=contract, actor=None, body=body, noticeable=False)
    return None


def _seat(
    dispute: Dispute, mediator: Mediator, checks: list[tuple[Entity, Check]], *, at: dt.datetime
) -> Seat:
    made = Seat.objects.create(
        dispute=dispute, mediator=mediator, named_at=at, answer_by=ends_at(at, dispute.rule.answer)
    )
    SeatCheck.objects.bulk_create(SeatCheck(seat=made, party=party, check_made=one) for party, one in checks)
    body = {
        "dispute": dispute.ref,
        "mediator": mediator.urn,
        "body": mediator.body.urn,
        "checks": [one.urn for _party, one in checks],
        "answer_by": made.answer_by.isoformat(),
    }
    contract = dispute.milestone.contract
    record(kind="contracts.mediator_named", subject=contract, actor=None, body=body, noticeable=False)
    return made


def _locked_seat(seat: Seat) -> Seat:
    """The seat under its dispute's lock. Raises DisputeClosed and NotSeated."""
    dispute = locked_dispute(seat.dispute)
    locked = Seat.objects.select_for_update(no_key=True, of=("self",)).get(pk=seat.pk)
    if locked.ended_at is not None:
        raise dispute_errors.NotSeated
    locked.dispute = dispute
    return locked


def _assert_sits(seat: Seat, by: User) -> None:
    if seat.mediator.user_id != by.pk:
        raise dispute_errors.NotSeated


@transaction.atomic
def accept_seat(*, seat: Seat, by: User, at: dt.datetime) -> Seat:
    """The mediator takes it on; the time to decide begins when that to object is over.

    Raises DisputeClosed, NotSeated, and AnswerLate once the time to answer is over.
    """
    locked = _locked_seat(seat)
    _assert_sits(locked, by)
    if locked.accepted_at is not None or at >= locked.answer_by:
        raise dispute_errors.AnswerLate
    locked.accepted_at = at
    locked.decide_by = ends_at(locked.answer_by, locked.dispute.rule.decide)
    locked.save(update_fields=["accepted_at", "decide_by"])
    body = {"dispute": locked.dispute.ref, "decide_by": locked.decide_by.isoformat()}
    contract = locked.dispute.milestone.contract
    record(kind="contracts.mediator_accepted", subject=contract, actor=by, body=body, noticeable=False)
    return locked


def _end(seat: Seat, end: SeatEnd, *, reason: str, side: str, by: User | None, at: dt.datetime) -> Seat:
    seat.ended_at, seat.end, seat.end_reason, seat.end_side = at, end, reason, side
    seat.save(update_fields=["ended_at", "end", "end_reason", "end_side"])
    contract = seat.dispute.milestone.contract
    body = {"dispute": seat.dispute.ref, "mediator": seat.mediator.urn, "body": seat.mediator.body.urn}
    body |= {"why": str(end), "side": side, "reason": reason, "department": contract.department.urn}
    record(kind="contracts.seat_ended", subject=contract, actor=by, body=body, noticeable=False)
    return seat


@transaction.atomic
def suggest_split(*, seat: Seat, released_fen: int, note: str, by: User, at: dt.datetime) -> Proposal:
    """The mediator proposes a split to all sides, before it decides; it holds once every side agrees.

    Raises DisputeClosed, NotSeated, NotYetAccepted, DecisionLate, SplitNotWhole; and NotNow while the
    contract is suspended.
    """
    locked = _locked_seat(seat)
    _assert_sits(locked, by)
    assert_in_force(locked.dispute.milestone.contract, Act.SETTLE, at=at)
    if locked.decide_by is None:
        raise dispute_errors.NotYetAccepted
    if at >= locked.decide_by:
        raise dispute_errors.DecisionLate
    return put_proposal(locked.dispute, Voice.MEDIATOR, released_fen=released_fen, note=note, by=by, at=at)


@transaction.atomic
def decline_seat(*, seat: Seat, reason: str, by: User, at: dt.datetime) -> Seat:
    """The mediator does not take it on, or steps back, with a reason; the next one is named.

    Raises DisputeClosed, NotSeated, ReasonMissing.
    """
    locked = _locked_seat(seat)
    _assert_sits(locked, by)
    if not (why := said(reason)):
        raise errors.ReasonMissing
    return _end(locked, SeatEnd.DECLINED, reason=why, side="", by=by, at=at)


@transaction.atomic
def object_to_mediator(*, seat: Seat, side: str, reason: str, by: User, at: dt.datetime) -> Seat:
    """A side objects, once in a dispute and in time, with a reason; the next one is named.

    Raises DisputeClosed, NotSeated, ReasonMissing, ObjectedOnce, AnswerLate.
    """
    locked = _locked_seat(seat)
    if not (why := said(reason)):
        raise errors.ReasonMissing
    if at >= locked.answer_by:
        raise dispute_errors.AnswerLate
    if Seat.objects.filter(dispute=locked.dispute, end_side=side).exists():
        raise dispute_errors.ObjectedOnce
    return _end(locked, SeatEnd.OBJECTED, reason=why, side=side, by=by, at=at)


@transaction.atomic
def end_overdue_seat(*, seat: Seat, at: dt.datetime) -> bool:
    """A mediator that did not answer, or did not decide, in time no longer sits. Whether it was so.

    A missing decision becomes a finding. Safe to run twice.
    """
    try:
        locked = _locked_seat(seat)
    except (dispute_errors.DisputeClosed, dispute_errors.NotSeated):
        return False
    if locked.dispute.milestone.contract.state_at(at) is not State.IN_FORCE:
        return False
    if locked.accepted_at is None and at >= locked.answer_by:
        _end(locked, SeatEnd.UNANSWERED, reason="", side="", by=None, at=at)
    elif locked.decide_by is not None and at >= locked.decide_by:
        _end(locked, SeatEnd.LATE, reason="", side="", by=None, at=at)
    else:
        return False
    return True


def decide_dispute(
    *, seat: Seat, released_fen: int | None, reasons: str, by: User, at: dt.datetime
) -> Decision:
    """Split the milestone's money, or with None dismiss the dispute; with reasons, through the gate anew.

    Raises DisputeClosed, NotSeated, NotYetDecidable, DecisionLate, ReasonMissing, SplitNotWhole; and
    TiedMediator where a tie became known: the mediator then no longer sits.
    """
    text = told_claim(reasons)
    with transaction.atomic():
        locked = _locked_seat(seat)
        _assert_decides(locked, released_fen, text, by=by, at=at)
        tied = _tie_known(locked, at=at)
        if tied:
            _end(locked, SeatEnd.TIED, reason="", side="", by=None, at=at)
        else:
            made = _decide(locked, released_fen, text, by=by, at=at)
    if tied:
        raise dispute_errors.TiedMediator
    return made


def _assert_decides(seat: Seat, released_fen: int | None, reasons: str, *, by: User, at: dt.datetime) -> None:
    _assert_sits(seat, by)
    if seat.decide_by is None or at < seat.answer_by:
        raise dispute_errors.NotYetDecidable
    if at >= seat.decide_by:
        raise dispute_errors.DecisionLate
    if not reasons:
        raise errors.ReasonMissing
    if released_fen is not None and not 0 <= released_fen <= seat.dispute.milestone.fen:
        raise dispute_errors.SplitNotWhole(seat.dispute.milestone.yuan)


def _tie_known(seat: Seat, *, at: dt.datetime) -> bool:
    """Whether the gate does not open any more; its checks stand on record with the seat."""
    contract = seat.dispute.milestone.contract
    if tied_to(seat.mediator.user, parties_of(contract), on=timezone.localdate(at)) is not None:
        return True
    checks = _checked(seat.mediator, contract, at=at)
    SeatCheck.objects.bulk_create(SeatCheck(seat=seat, party=party, check_made=one) for party, one in checks)
    return any(one.outcome != Outcome.CLEAR for _party, one in checks)


def _decide(seat: Seat, released_fen: int | None, reasons: str, *, by: User, at: dt.datetime) -> Decision:
    dispute, dismissed = seat.dispute, released_fen is None
    made = Decision.objects.create(
        dispute=dispute,
        seat=seat,
        dismissed=dismissed,
        released_fen=released_fen,
        refunded_fen=None if released_fen is None else dispute.milestone.fen - released_fen,
        reasons=reasons,
        decided_by=by,
        decided_at=at,
    )
    outcome = Ended.DISMISSED if dismissed else Ended.DECIDED
    close(dispute, outcome, reason=reasons, by=by, at=at, released_fen=released_fen)
    return made
