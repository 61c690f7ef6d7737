"""What the choice does to the tender's own facts: acts that the one table of transitions allows (life.py)."""

import datetime as dt
from typing import Any

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..life import Act
from ..models import Tender
from .acting import do_act


def is_being_evaluated(tender: Tender) -> bool:
    """Opened, and neither awarded, suspended nor ended."""
    over = tender.awarded_at or tender.cancelled_at or tender.failed_at or tender.void_at
    return bool(tender.opened_at) and not (over or tender.suspended_at)


def mark_awarded(
    tender: Tender, *, by: User, at: dt.datetime, until: dt.datetime, body: dict[str, Any]
) -> None:
    facts: dict[str, Any] = {"awarded_at": at, "standstill_until": until}
    do_act(tender, Act.AWARD, kind="tenders.awarded", by=by, at=at, body=body, **facts)


def mark_failed(tender: Tender, *, why: str, by: User, at: dt.datetime, body: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"failed_at": at, "failure": why}
    do_act(tender, Act.FAIL, kind="tenders.failed", by=by, at=at, body=body, **facts)


def mark_evaluating_again(tender: Tender, *, reason: str, by: User | None, at: dt.datetime) -> None:
    """The award does not stand any more; the bids left are evaluated again, and a suspension is over."""
    facts: dict[str, Any] = {"awarded_at": None, "standstill_until": None}
    if tender.suspended_at is not None:
        facts |= {"suspended_at": None, "suspend_reason": ""}
    again = Act.EVALUATE_AGAIN
    do_act(tender, again, kind="tenders.evaluated_again", by=by, at=at, reason=reason, **facts)


def mark_void(tender: Tender, *, reason: str, by: User, at: dt.datetime) -> None:
    """A challenge or a complaint left nothing standing."""
    facts: dict[str, Any] = {"void_at": at, "void_reason": reason[:600]}
    do_act(tender, Act.ANNUL, kind="tenders.annulled", by=by, at=at, reason=reason, **facts)


def mark_contracted(tender: Tender, *, by: User, at: dt.datetime, body: dict[str, Any]) -> None:
    """The contract of a final award is signed, in the caller's transaction under the tender's lock."""
    facts: dict[str, Any] = {"contracted_at": at}
    do_act(tender, Act.CONTRACT, kind="tenders.contracted", by=by, at=at, body=body, **facts)


@transaction.atomic
def note_contract_ended(*, tender: Tender, contract: str, award: str, ground: str, reason: str) -> None:
    """The contract ended early: the award stands as the history it is, the tender's record tells its fate."""
    body = {"contract": contract, "award": award, "ground": ground, "reason": reason}
    record(kind="tenders.contract_ended", subject=tender, actor=None, body=body)
