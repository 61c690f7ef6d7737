"""A suspension or removal: opened by a rule, replied to, proposed and decided by two people, lifted."""

import datetime as dt
import secrets
from typing import Any

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import (
    CentreAlone,
    FirmAlone,
    NothingProposed,
    ReasonNeeded,
    RepliedOnce,
    ReplyNotOver,
    SanctionDecided,
    SecondPerson,
)
from ..models import ConsequenceKind, ConsequenceRule, Intermediary, Sanction, SanctionOutcome

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes
REASON_LIMIT = 2000
_REFUSALS = {
    "sanction_right_of_reply": ReplyNotOver,
    "sanction_by_the_centre": CentreAlone,
    "sanction_reply_by_the_firm": FirmAlone,
    "sanction_decided_by_two": SecondPerson,
}


def _ref(at: dt.datetime) -> str:
    return f"s{at:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


def _said(text: str) -> str:
    said = text.replace("\0", "").strip()[:REASON_LIMIT]
    if not said:
        raise ReasonNeeded
    return said


def _locked(sanction: Sanction) -> Sanction:
    """The row, held; the intermediary is always locked first. Raises SanctionDecided."""
    Intermediary.objects.select_for_update(no_key=True, of=("self",)).get(pk=sanction.intermediary_id)
    locked = Sanction.objects.select_for_update(no_key=True, of=("self",)).get(pk=sanction.pk)
    if locked.decided_at is not None:
        raise SanctionDecided
    return locked


def _save(sanction: Sanction, *fields: str) -> None:
    """What the database refuses is told in words."""
    try:
        with transaction.atomic():
            sanction.save(update_fields=list(fields))
    except IntegrityError as refusal:
        for name, meant in _REFUSALS.items():
            if name in str(refusal):
                raise meant from refusal
        raise


def _tell(what: str, sanction: Sanction, *, by: User | None, body: dict[str, Any] | None = None) -> None:
    told = {"sanction": sanction.urn, "kind": sanction.kind} | (body or {})
    noticeable = what in ("imposed", "lifted")
    record(
        kind=f"directory.sanction_{what}",
        subject=sanction.intermediary,
        actor=by,
        body=told,
        noticeable=noticeable,
    )


@transaction.atomic
def open_sanction(
    *, intermediary: Intermediary, rule: ConsequenceRule, grounds: dict[str, Any], at: dt.datetime
) -> Sanction | None:
    """A rule calls for it: the firm has its time to reply. None where one of the kind waits or stands."""
    Intermediary.objects.select_for_update(no_key=True, of=("self",)).get(pk=intermediary.pk)
    standing = intermediary.sanctions.filter(kind=rule.kind, lifted_at__isnull=True).exclude(
        outcome=SanctionOutcome.DROPPED, decided_at__isnull=False
    )
    same = intermediary.sanctions.filter(kind=rule.kind, grounds=grounds)
    if standing.exists() or same.exists():
        return None
    made = Sanction.objects.create(
        ref=_ref(at),
        intermediary=intermediary,
        rule=rule,
        kind=rule.kind,
        grounds=grounds,
        opened_at=at,
        reply_until=at + rule.reply_within,
    )
    _tell("opened", made, by=None, body={"grounds": grounds, "reply_until": made.reply_until.isoformat()})
    return made


@transaction.atomic
def reply_to_sanction(*, sanction: Sanction, text: str, by: User, at: dt.datetime) -> Sanction:
    """The firm replies, once, before it is decided. Raises SanctionDecided, RepliedOnce, FirmAlone."""
    locked = _locked(sanction)
    if locked.replied_at is not None:
        raise RepliedOnce
    locked.reply, locked.replied_by, locked.replied_at = _said(text), by, at
    _save(locked, "reply", "replied_by", "replied_at")
    _tell("replied", locked, by=by, body={"reason": locked.reply})
    return locked


@transaction.atomic
def propose_sanction(
    *, sanction: Sanction, outcome: SanctionOutcome, reason: str, by: User, at: dt.datetime
) -> Sanction:
    """One of the centre's people says how it should end.

    Raises SanctionDecided, ReplyNotOver, CentreAlone.
    """
    locked = _locked(sanction)
    locked.outcome, locked.outcome_reason = outcome, _said(reason)
    locked.proposed_by, locked.proposed_at = by, at
    _save(locked, "outcome", "outcome_reason", "proposed_by", "proposed_at")
    _tell("proposed", locked, by=by, body={"outcome": str(outcome), "reason": locked.outcome_reason})
    return locked


@transaction.atomic
def return_sanction(*, sanction: Sanction, reason: str, by: User, at: dt.datetime) -> Sanction:
    """The second person sends the proposal back. Raises SanctionDecided, NothingProposed, SecondPerson."""
    locked = _locked(sanction)
    if locked.proposed_by_id is None:
        raise NothingProposed
    if locked.proposed_by_id == by.pk:
        raise SecondPerson
    why = _said(reason)
    locked.outcome, locked.outcome_reason, locked.proposed_by, locked.proposed_at = "", "", None, None
    _save(locked, "outcome", "outcome_reason", "proposed_by", "proposed_at")
    _tell("returned", locked, by=by, body={"reason": why})
    return locked


@transaction.atomic
def decide_sanction(*, sanction: Sanction, by: User, at: dt.datetime) -> Sanction:
    """A second person decides as proposed; imposed, the firm may not bid from now on and is not listed.

    Raises SanctionDecided, NothingProposed, SecondPerson and CentreAlone.
    """
    locked = _locked(sanction)
    if locked.proposed_by_id is None:
        raise NothingProposed
    if locked.proposed_by_id == by.pk:
        raise SecondPerson
    imposed = locked.outcome == SanctionOutcome.IMPOSED
    locked.decided_by, locked.decided_at = by, at
    if imposed and locked.kind == ConsequenceKind.SUSPEND:
        locked.until = at + dt.timedelta(days=locked.rule.lasts_days or 0)
    _save(locked, "decided_by", "decided_at", "until")
    if imposed:
        Intermediary.objects.filter(pk=locked.intermediary_id, suspended_at__isnull=True).update(
            suspended_at=at
        )
    body = {"reason": locked.outcome_reason, "until": locked.until.isoformat() if locked.until else ""}
    _tell("imposed" if imposed else "dropped", locked, by=by, body=body)
    return locked


@transaction.atomic
def lift_sanction(*, sanction: Sanction, reason: str, by: User | None, at: dt.datetime) -> Sanction:
    """End a sanction that stands; the firm is listed and may bid again once none stands.

    Raises SanctionDecided where it does not stand, and ReasonNeeded.
    """
    Intermediary.objects.select_for_update(no_key=True, of=("self",)).get(pk=sanction.intermediary_id)
    locked = Sanction.objects.select_for_update(no_key=True, of=("self",)).get(pk=sanction.pk)
    if locked.outcome != SanctionOutcome.IMPOSED or locked.decided_at is None or locked.lifted_at:
        raise SanctionDecided
    locked.lifted_at, locked.lifted_by, locked.lift_reason = at, by, _said(reason)[:600]
    _save(locked, "lifted_at", "lifted_by", "lift_reason")
    others = Sanction.objects.filter(
        intermediary=locked.intermediary_id,
        outcome=SanctionOutcome.IMPOSED,
        decided_at__isnull=False,
        lifted_at__isnull=True,
    )
    if not others.exists():
        Intermediary.objects.filter(pk=locked.intermediary_id).update(suspended_at=None)
    _tell("lifted", locked, by=by, body={"reason": locked.lift_reason})
    return locked


def end_suspension(*, sanction: Sanction, at: dt.datetime) -> bool:
    """A suspension whose time is over ends by itself; whether it did so now."""
    if sanction.until is None or at < sanction.until:
        return False
    try:
        lift_sanction(sanction=sanction, reason="期满自动解除", by=None, at=at)
    except SanctionDecided:
        return False
    return True
