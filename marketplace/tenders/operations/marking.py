"""What the choice does to the tender's own facts. One place, so that one table of transitions can hold it."""

import datetime as dt
from typing import Any

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..models import Tender


def is_being_evaluated(tender: Tender) -> bool:
    """Opened, and neither awarded nor ended."""
    return bool(tender.opened_at) and not (tender.awarded_at or tender.cancelled_at or tender.failed_at)


def mark_awarded(
    tender: Tender, *, by: User, at: dt.datetime, until: dt.datetime, body: dict[str, Any]
) -> None:
    tender.awarded_at = at
    tender.save(update_fields=["awarded_at"])
    record(kind="tenders.awarded", subject=tender, actor=by, body=body)


def mark_failed(tender: Tender, *, why: str, by: User, at: dt.datetime, body: dict[str, Any]) -> None:
    tender.failed_at, tender.failure = at, why
    tender.save(update_fields=["failed_at", "failure"])
    record(kind="tenders.failed", subject=tender, actor=by, body=body)


def mark_evaluating_again(tender: Tender, *, reason: str, by: User, at: dt.datetime) -> None:
    """The award does not stand any more; the bids left are evaluated again."""
    tender.awarded_at = None
    tender.save(update_fields=["awarded_at"])
    record(kind="tenders.evaluated_again", subject=tender, actor=by, body={"reason": reason})


def mark_void(tender: Tender, *, reason: str, by: User, at: dt.datetime) -> None:
    """A challenge or a complaint left nothing standing."""
    tender.awarded_at = None
    tender.failed_at, tender.failure = at, "challenge_upheld"
    tender.save(update_fields=["awarded_at", "failed_at", "failure"])
    record(kind="tenders.failed", subject=tender, actor=by, body={"reason": reason})
