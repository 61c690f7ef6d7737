"""Challenge (质疑) to the owner, complaint (投诉) to the regulators: clocks, decisions, and what follows."""

import datetime as dt

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import choosing_errors as refused
from ..life import Act, State, may
from ..models import Award, Challenge, EndKind, LimitKind, Remedy, Tender
from ..standing import due, may_challenge
from .awarding import end_award
from .marking import mark_void


@transaction.atomic
def file_challenge(
    *, award: Award, challenger: Entity, grounds: str, sought: str, by: User, at: dt.datetime
) -> Challenge:
    """A bidder challenges an award within the standstill (招标投标法实施条例 54); it holds the award up.

    Raises NotConcerned for anyone else and for a second challenge of the same award, TooLate, SayWhy.
    """
    tender = Tender.objects.select_for_update(no_key=True).get(pk=award.tender_id)
    locked = Award.objects.select_for_update(no_key=True).select_related("bid").get(pk=award.pk)
    if not grounds.strip() or not sought.strip():
        raise refused.SayWhy
    if tender.standstill_until is not None and at >= tender.standstill_until:
        raise refused.TooLate(due=tender.standstill_until, at=at)
    if not may_challenge(tender, challenger, locked, now=at):
        raise refused.NotConcerned
    try:
        with transaction.atomic():
            made = Challenge.objects.create(
                tender=tender,
                award=locked,
                challenger=challenger,
                grounds=grounds.strip(),
                sought=sought.strip(),
                filed_by=by,
                filed_at=at,
                answer_due_at=due(tender.region, LimitKind.ANSWER, start=at),
            )
    except IntegrityError as failure:
        raise refused.NotConcerned from failure
    body = {"challenge": made.urn, "award": locked.urn, "answer_due_at": made.answer_due_at.isoformat()}
    record(kind="tenders.challenged", subject=tender, actor=by, body=body)
    return made


def _lock(challenge: Challenge) -> tuple[Challenge, Tender]:
    tender = Tender.objects.select_for_update(no_key=True).get(pk=challenge.tender_id)
    locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    return locked, tender


@transaction.atomic
def answer_challenge(
    *, challenge: Challenge, upheld: bool, answer: str, by: User, at: dt.datetime, remedy: str = ""
) -> Challenge:
    """The owner answers with reasons, in public. Upheld: the award ends, and the remedy follows.

    A late answer is still an answer, and is shown as late; once a complaint is filed the regulators decide.
    """
    locked, tender = _lock(challenge)
    if locked.answered_at or locked.complained_at:
        raise refused.NotDecidable
    if not answer.strip() or (upheld and remedy not in Remedy.values):
        raise refused.SayWhy
    locked.upheld, locked.answer, locked.answered_by, locked.answered_at = upheld, answer.strip(), by, at
    locked.remedy = remedy if upheld else ""
    locked.complaint_due_at = due(tender.region, LimitKind.COMPLAINT, start=at)
    locked.holds_up = False
    locked.save()
    body = {"challenge": locked.urn, "upheld": upheld, "remedy": locked.remedy, "answer": locked.answer}
    record(kind="tenders.challenge_answered", subject=tender, actor=by, body=body)
    if upheld:
        _follow(locked, tender, locked.remedy, reason=locked.answer, by=by, at=at)
    return locked


def _follow(
    challenge: Challenge, tender: Tender, remedy: str, *, reason: str, by: User, at: dt.datetime
) -> None:
    """Evaluate again, or void: what an upheld challenge or complaint does to the award and its tender.

    Once the contract is signed neither can be done any more: that is put on record, and the contract is
    stopped where it stands (contracts.effects), for the regulators to follow up.
    """
    award = Award.objects.live().filter(tender=tender).first()
    if award is not None and tender.state_at(at) is State.CONTRACTED:
        body = {"challenge": challenge.urn, "award": award.urn, "remedy": remedy, "reason": reason}
        record(kind="tenders.upheld_after_signing", subject=tender, actor=by, body=body)
        return
    if award is not None:
        award.tender = tender
        again = remedy == Remedy.EVALUATE
        end_award(award=award, kind=EndKind.CHALLENGED, reason=reason, by=by, at=at, again=again)
    if remedy == Remedy.VOID and may(Act.ANNUL, tender.state_at(at)):
        mark_void(tender, reason=reason, by=by, at=at)


@transaction.atomic
def complain(*, challenge: Challenge, text: str, by: User, at: dt.datetime) -> Challenge:
    """The challenger turns to the regulators after the answer, or after none came (招标投标法实施条例 60).

    It holds the award up again, unless that is final. Raises TooEarly, TooLate, SayWhy, NotDecidable.
    """
    locked, tender = _lock(challenge)
    if locked.complained_at or locked.upheld:
        raise refused.NotDecidable
    if not text.strip():
        raise refused.SayWhy
    if locked.answered_at is None:
        if at < locked.answer_due_at:
            raise refused.TooEarly
        locked.complaint_due_at = due(tender.region, LimitKind.COMPLAINT, start=locked.answer_due_at)
    if locked.complaint_due_at is not None and at >= locked.complaint_due_at:
        raise refused.TooLate(due=locked.complaint_due_at, at=at)
    locked.complaint, locked.complained_by, locked.complained_at = text.strip(), by, at
    locked.acceptance_due_at = due(tender.region, LimitKind.ACCEPTANCE, start=at)
    locked.holds_up = True
    locked.save()
    body = {"challenge": locked.urn, "acceptance_due_at": locked.acceptance_due_at.isoformat()}
    record(kind="tenders.complained", subject=tender, actor=by, body=body)
    return locked


@transaction.atomic
def take_up_complaint(
    *, challenge: Challenge, accept: bool, reason: str, by: User, at: dt.datetime
) -> Challenge:
    """A regulator takes a complaint up or not, with a reason (招标投标法实施条例 61)."""
    locked, tender = _lock(challenge)
    if not locked.complained_at or locked.accepted_at:
        raise refused.NotDecidable
    if not reason.strip():
        raise refused.SayWhy
    locked.accepted, locked.acceptance_reason = accept, reason.strip()
    locked.accepted_by, locked.accepted_at = by, at
    if accept:
        locked.decision_due_at = due(tender.region, LimitKind.DECISION, start=at)
    else:
        locked.holds_up = False
    locked.save()
    body = {"challenge": locked.urn, "accepted": accept, "reason": locked.acceptance_reason}
    record(kind="tenders.complaint_taken_up", subject=tender, actor=by, body=body)
    return locked


@transaction.atomic
def propose_decision(
    *, challenge: Challenge, upheld: bool, decision: str, by: User, at: dt.datetime, remedy: str = ""
) -> Challenge:
    """One regulator words the decision; another decides."""
    locked, tender = _lock(challenge)
    if not locked.accepted or locked.decided_at:
        raise refused.NotDecidable
    if not decision.strip() or (upheld and remedy not in Remedy.values):
        raise refused.SayWhy
    locked.complaint_upheld, locked.decision = upheld, decision.strip()
    locked.decision_remedy = remedy if upheld else ""
    locked.proposed_by, locked.proposed_at = by, at
    locked.save()
    body = {"challenge": locked.urn}
    record(kind="tenders.decision_proposed", subject=tender, actor=by, body=body, noticeable=False)
    return locked


@transaction.atomic
def decide_complaint(*, challenge: Challenge, by: User, at: dt.datetime) -> Challenge:
    """The second regulator decides as proposed; published. Upheld: the award ends and the remedy follows."""
    locked, tender = _lock(challenge)
    if locked.proposed_at is None or locked.decided_at:
        raise refused.NotDecidable
    if locked.proposed_by_id == by.pk:
        raise refused.SameDecider
    locked.decided_by, locked.decided_at, locked.holds_up = by, at, False
    locked.save()
    body = {
        "challenge": locked.urn,
        "upheld": bool(locked.complaint_upheld),
        "remedy": locked.decision_remedy,
        "decision": locked.decision,
    }
    record(kind="tenders.complaint_decided", subject=tender, actor=by, body=body)
    if locked.complaint_upheld:
        _follow(locked, tender, locked.decision_remedy, reason=locked.decision, by=by, at=at)
    return locked
