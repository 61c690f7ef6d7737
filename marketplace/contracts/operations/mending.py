"""Returned work is mended and handed in again in time, or both sides learn what may follow."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record

from ..life import State, Step
from ..models import Milestone
from .acting import locked_milestone


@transaction.atomic
def note_mending_over(*, milestone: Milestone, at: dt.datetime) -> bool:
    """The time to mend is over: the buyer may open a dispute, or demand the work. Whether it was so now."""
    locked = locked_milestone(milestone)
    going = locked.state_at(at) is Step.RETURNED and locked.contract.state_at(at) is State.IN_FORCE
    if not going or locked.mend_noted_at is not None or not locked.mends_late(at):
        return False
    locked.mend_noted_at = at
    locked.save(update_fields=["mend_noted_at"])
    body = {"milestone": locked.position, "name": locked.name}
    record(kind="contracts.mending_over", subject=locked.contract, actor=None, body=body, noticeable=False)
    return True
