"""Jobs of this room."""

import structlog
from celery import shared_task

from regulation.ledger.queries import database_now

from .errors import NotDue
from .keyring import KeyMissing, NoKeyring
from .models import Tender
from .operations import open_tender

log = structlog.get_logger(__name__)


@shared_task(name="tenders.open_due")
def open_due() -> int:
    """Open what is due by the database clock; returns how many. Safe to run twice."""
    opened = 0
    now = database_now()
    for tender in Tender.objects.due_for_opening(now).order_by("closes_at", "pk"):
        try:
            open_tender(tender=tender, at=now)
            opened += 1
        except (NotDue, NoKeyring, KeyMissing) as refusal:
            log.error("tender_not_opened", tender=tender.ref, why=type(refusal).__name__)
    return opened
