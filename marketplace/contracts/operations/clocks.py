"""What the clock does to disputes and demands by itself; each is safe to run twice and at the same time."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record

from .. import dispute_errors
from ..dispute_queries import standing_ending
from ..models import Dispute, Ending
from .acting import locked_contract
from .disputing import locked_dispute
from .ending import PERFORMED, decline_end, is_overdue


@transaction.atomic
def note_cure_over(*, dispute: Dispute, at: dt.datetime) -> bool:
    """The time to mend or agree is over: both sides learn that either may ask for a decision."""
    try:
        locked = locked_dispute(dispute)
    except dispute_errors.DisputeClosed:
        return False
    if locked.cure_noted_at is not None or at < locked.cure_until:
        return False
    locked.cure_noted_at = at
    locked.save(update_fields=["cure_noted_at"])
    contract = locked.milestone.contract
    body = {"dispute": locked.ref}
    record(kind="contracts.cure_over", subject=contract, actor=None, body=body, noticeable=False)
    return True


@transaction.atomic
def lapse_demand(*, ending: Ending, at: dt.datetime) -> bool:
    """What was demanded was done: the demand counts for nothing. Whether it was so."""
    contract = locked_contract(ending.contract)
    held = standing_ending(contract)
    if held is None or held.pk != ending.pk or is_overdue(held, on=timezone.localdate(at)):
        return False
    decline_end(contract=contract, reason=PERFORMED, by=None, at=at)
    return True
