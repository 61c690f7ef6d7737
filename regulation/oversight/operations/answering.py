"""Answers. One that speaks against a department takes effect with a second regulator (DESIGN §3.3)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from regulation.parties.models import User
from regulation.registry.models import Provision

from ..errors import (
    AlreadyProposed,
    ArticleMissing,
    NothingProposed,
    ReasonMissing,
    SameAsBefore,
    SamePerson,
    TextMissing,
)
from ..models import Decision, EventKind, Outcome, Report
from ..queries import working_days_between
from .story import in_hand, locked, stand_apart, tell


@transaction.atomic
def answer_report(
    *,
    report: Report,
    outcome: Outcome,
    reasons: str,
    public_reasons: str,
    provision: Provision | None,
    by: User,
    at: dt.datetime,
) -> Decision:
    """Answer a report in hand; an answer that upholds it waits for a second regulator.

    Raises NotOpen, NotTaken, ReasonMissing, ArticleMissing, AlreadyProposed, OwnDepartment and SameAsBefore.
    """
    held = in_hand(report, by=by)
    if not reasons.strip() or not public_reasons.strip():
        raise ReasonMissing
    if outcome == Outcome.UPHELD and provision is None:
        raise ArticleMissing
    if held.decisions.filter(issued_at=None, returned_at=None).exists():
        raise AlreadyProposed
    if held.answer is not None and held.answer.proposed_by_id == by.pk:
        raise SameAsBefore
    alone = outcome != Outcome.UPHELD
    decision = Decision.objects.create(
        report=held,
        round=2 if held.review_asked_at else 1,
        outcome=outcome,
        reasons=reasons.strip(),
        public_reasons=public_reasons.strip(),
        provision=provision,
        proposed_by=by,
        proposed_at=at,
        issued_at=at if alone else None,
    )
    if alone:
        _issue(held, decision, by=by, at=at)
    else:
        tell(held, EventKind.PROPOSED, actor=by, at=at, decision=decision.urn, outcome=str(outcome))
    return decision


def _issue(report: Report, decision: Decision, *, by: User, at: dt.datetime) -> None:
    report.answer = decision
    if report.answered_at is None:
        report.answered_at = at
        report.answer_days = working_days_between(timezone.localdate(report.filed_at), timezone.localdate(at))
    report.save(update_fields=["answer", "answered_at", "answer_days"])
    tell(
        report,
        EventKind.ANSWERED,
        actor=by,
        at=at,
        decision=decision.urn,
        round=decision.round,
        outcome=str(decision.outcome),
        provision=decision.provision.urn if decision.provision else None,
        public_reasons=decision.public_reasons,
    )


def _proposed(report: Report, *, by: User) -> tuple[Report, Decision]:
    held = locked(report)
    decision = held.decisions.filter(issued_at=None, returned_at=None).select_related("provision").first()
    if decision is None or held.withdrawn_at:
        raise NothingProposed
    if decision.proposed_by_id == by.pk:
        raise SamePerson
    stand_apart(held, by=by)
    return held, decision


@transaction.atomic
def confirm_answer(*, report: Report, by: User, at: dt.datetime) -> Decision:
    """The second regulator lets an answer take effect.

    Raises NothingProposed, SamePerson, OwnReport and OwnDepartment.
    """
    held, decision = _proposed(report, by=by)
    decision.confirmed_by, decision.issued_at = by, at
    decision.save(update_fields=["confirmed_by", "issued_at"])
    _issue(held, decision, by=by, at=at)
    return decision


@transaction.atomic
def return_answer(*, report: Report, note: str, by: User, at: dt.datetime) -> Decision:
    """The second regulator sends it back with a note. Raises as confirm_answer does, and TextMissing."""
    held, decision = _proposed(report, by=by)
    if not note.strip():
        raise TextMissing
    decision.returned_at = at
    decision.save(update_fields=["returned_at"])
    tell(held, EventKind.RETURNED, actor=by, at=at, text=note.strip(), decision=decision.urn)
    return decision
