"""Proposed by one person, approved by another, final after the standstill; and what ends an award."""

import datetime as dt
from typing import Any

from django.db import transaction

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import choosing_errors as refused
from ..errors import AwaitsDetermination, NobodyLeft, NotAwardable
from ..life import State
from ..models import Award, AwardProposal, Bid, EndKind, Evaluation, LimitKind, Tender
from ..queries import about
from ..standing import due, method_of, waiting_proposal
from .evaluating import evaluate
from .gating import pass_gate
from .marking import is_being_evaluated, mark_awarded, mark_evaluating_again, mark_failed
from .scoring import outliers

LEAST_REASON = 10


def _first_clear(
    tender: Tender, evaluation: Evaluation, *, by: User, at: dt.datetime
) -> tuple[Bid | None, Check | None, list[dict[str, Any]]]:
    """The best bid that passes the gate today, its check, and the better ones the gate kept out.

    A bid without a check waits for two regulators: nobody is passed over while they still may answer.
    """
    passed_over: list[dict[str, Any]] = []
    told = about(tender, with_rivals=True)
    bids = {bid.pk: bid for bid in tender.bids.in_the_running().select_related("tenderer")}
    for row in evaluation.standing:
        bid = bids[row["bid"]]
        gate = pass_gate(bid, tender=tender, gate=Gate.AWARD, by=by, at=at, told=told)
        if gate.outcome == Outcome.CLEAR:
            return bid, gate, passed_over
        if gate.outcome == Outcome.UNKNOWN and gate.due_at is not None and gate.due_at > at:
            return bid, None, passed_over
        passed_over.append({"bid": bid.pk, "outcome": gate.outcome, "check": gate.urn})
    return None, None, passed_over


def propose_award(
    *, tender: Tender, by: User, at: dt.datetime, bid: Bid | None = None, reason: str = ""
) -> AwardProposal:
    """Evaluate, and propose the best bid that passes the conflict gate today; a second person approves it.

    `bid` with `reason` is the owner's choice where the method is a direct choice, and nothing otherwise; a
    `reason` is also due where an evaluator's total is far off the others'.
    Raises NotAwardable, ProposalWaits, OutliersUnexplained, what `evaluating.refuse_the_unready` raises,
    AwaitsDetermination while two regulators may still answer for the best bid, and NobodyLeft after recording
    that the tender failed.
    """
    waits = False
    with transaction.atomic():
        locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        if not is_being_evaluated(locked):
            raise NotAwardable
        if waiting_proposal(locked) is not None:
            raise refused.ProposalWaits
        choice = method_of(locked).needs == "choice"
        if choice and (bid is None or len(reason.strip()) < LEAST_REASON):
            raise refused.NothingChosen
        evaluation = evaluate(locked, by=by, at=at, chosen=bid.pk if choice and bid else None)
        if method_of(locked).needs == "scores" and any(outliers(locked).values()) and not reason.strip():
            raise refused.OutliersUnexplained
        found, gate, passed_over = _first_clear(locked, evaluation, by=by, at=at)
        if found is not None and gate is not None:
            made = AwardProposal.objects.create(
                tender=locked,
                bid=found,
                evaluation=evaluation,
                reason=reason.strip(),
                passed_over=passed_over,
                proposed_by=by,
                proposed_at=at,
            )
            body = {"bid": found.urn, "evaluation": evaluation.digest, "method": evaluation.method}
            record(kind="tenders.award_proposed", subject=locked, actor=by, body=body, noticeable=False)
            return made
        waits = found is not None
        if not waits:
            mark_failed(locked, why="nobody_clear", by=by, at=at, body={"passed_over": passed_over})
    raise AwaitsDetermination if waits else NobodyLeft


def approve_award(*, tender: Tender, by: User, at: dt.datetime) -> Award:
    """Approve what somebody else proposed: the gate once more (优化营商环境条例 43), then the award.

    Nothing follows from it before the standstill is over. Raises NothingProposed, SameDecider, NotAwardable,
    and GateChanged after declining a proposal whose bidder does not pass any more.
    """
    with transaction.atomic():
        locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        if not is_being_evaluated(locked):
            raise NotAwardable
        proposal = waiting_proposal(locked)
        if proposal is None:
            raise refused.NothingProposed
        if proposal.proposed_by_id == by.pk:
            raise refused.SameDecider
        in_running = locked.bids.in_the_running().filter(pk=proposal.bid_id).exists()
        told = about(locked, with_rivals=True)
        gate = pass_gate(proposal.bid, tender=locked, gate=Gate.AWARD, by=by, at=at, told=told)
        if in_running and gate.outcome == Outcome.CLEAR:
            return _award(locked, proposal, gate, by=by, at=at)
        _decide(proposal, by=by, at=at, declined="gate")
        record(
            kind="tenders.proposal_declined",
            subject=locked,
            actor=by,
            body={"reason": "gate"},
            noticeable=False,
        )
    raise refused.GateChanged


def _award(tender: Tender, proposal: AwardProposal, gate: Check, *, by: User, at: dt.datetime) -> Award:
    bid, evaluation = proposal.bid, proposal.evaluation
    _decide(proposal, by=by, at=at, declined="")
    until = due(tender.region, LimitKind.STANDSTILL, start=at)
    price = next(row["price"] for row in evaluation.standing if row["bid"] == bid.pk)
    award = Award.objects.create(
        tender=tender,
        bid=bid,
        evaluation=evaluation,
        price=price,
        gate=gate,
        proposed_by=proposal.proposed_by,
        awarded_by=by,
        awarded_at=at,
        reason=proposal.reason,
        passed_over=proposal.passed_over,
        standstill_until=until,
    )
    body = {
        "bid": bid.urn,
        "winner": bid.tenderer.urn,
        "price": str(price),
        "check": gate.urn,
        "passed_over": proposal.passed_over,
        "award": award.urn,
        "method": evaluation.method,
        "evaluation": evaluation.digest,
        "standing": [[row["bid"], row["rank"], row["score"]] for row in evaluation.standing],
        "reason": proposal.reason,
        "standstill_until": until.isoformat(),
    }
    mark_awarded(tender, by=by, at=at, until=until, body=body)
    award.refresh_from_db()
    return award


def _decide(proposal: AwardProposal, *, by: User, at: dt.datetime, declined: str) -> None:
    proposal.decided_by, proposal.decided_at, proposal.declined_because = by, at, declined
    proposal.save(update_fields=["decided_by", "decided_at", "declined_because"])


@transaction.atomic
def decline_proposal(*, tender: Tender, reason: str, by: User, at: dt.datetime) -> AwardProposal:
    """Turn a colleague's proposal down, with a reason; another may then be made."""
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    proposal = waiting_proposal(locked)
    if proposal is None:
        raise refused.NothingProposed
    if proposal.proposed_by_id == by.pk:
        raise refused.SameDecider
    if not reason.strip():
        raise refused.SayWhy
    _decide(proposal, by=by, at=at, declined=reason.strip())
    body = {"reason": reason.strip()}
    record(kind="tenders.proposal_declined", subject=locked, actor=by, body=body, noticeable=False)
    return proposal


@transaction.atomic
def finalise_award(*, award: Award, at: dt.datetime) -> Award:
    """The standstill is over and nothing holds the award up: a contract may follow. Twice changes nothing."""
    tender = Tender.objects.select_for_update(no_key=True).get(pk=award.tender_id)
    locked = Award.objects.select_for_update(no_key=True).get(pk=award.pk)
    if locked.final_at is not None:
        return locked
    held = tender.challenges.filter(holds_up=True).exists()
    if locked.ended_at or held or tender.state_at(at) is not State.AWARDED:
        raise refused.AwardWaits
    locked.final_at = at
    locked.save(update_fields=["final_at"])
    body = {"tender": tender.urn, "bid": locked.bid.urn, "price": str(locked.price)}
    record(kind="tenders.award_final", subject=tender, actor=None, body=body | {"award": locked.urn})
    return locked


def end_unsigned_award(*, award: Award, kind: EndKind, reason: str, at: dt.datetime) -> None:
    """No contract was signed in time, in the caller's transaction: the award ends, what is left is judged.

    A winner that did not sign is out of the running, so the runner-up moves up; an owner that did not sign
    cannot rid itself of the winner by waiting. An award that ended already is left as it is, and while the
    tender is suspended nothing happens.
    """
    tender = Tender.objects.select_for_update(no_key=True).get(pk=award.tender_id)
    locked = Award.objects.select_for_update(no_key=True).get(pk=award.pk)
    if locked.ended_at is None and tender.state_at(at) in (State.STANDSTILL, State.AWARDED):
        locked.tender = tender
        end_award(award=locked, kind=kind, reason=reason, by=None, at=at)


def end_award(
    *, award: Award, kind: EndKind, reason: str, by: User | None, at: dt.datetime, again: bool = True
) -> None:
    """The award does not stand any more, in the caller's transaction under the tender's lock.

    With `again` the bids left are evaluated again, so that the runner-up moves up.
    """
    award.ended_at, award.end_kind, award.end_reason, award.ended_by = at, kind, reason, by
    award.save(update_fields=["ended_at", "end_kind", "end_reason", "ended_by"])
    body = {"award": award.urn, "bid": award.bid.urn, "why": str(kind), "reason": reason}
    record(kind="tenders.award_ended", subject=award.tender, actor=by, body=body)
    if again:
        mark_evaluating_again(award.tender, reason=reason, by=by, at=at)
