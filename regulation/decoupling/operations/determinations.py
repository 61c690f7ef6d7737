"""The answers of persons where the gate could not decide."""

import datetime as dt

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import AlreadyDecided, AlreadyProposed, NotWaiting, ReasonMissing, SamePerson
from ..models import Check, Determination, Outcome


@transaction.atomic
def propose_determination(
    *, check_made: Check, outcome: Outcome, reason: str, by: User, at: dt.datetime
) -> Determination:
    """A regulator's proposed answer to an unknown check; a second regulator decides it.

    Raises NotWaiting, AlreadyProposed, ReasonMissing.
    """
    if check_made.outcome != Outcome.UNKNOWN:
        raise NotWaiting
    if not reason.strip():
        raise ReasonMissing
    made = Determination(
        check_made=check_made, outcome=outcome, reason=reason.strip(), proposed_by=by, proposed_at=at
    )
    _store(made)
    record(
        kind="decoupling.determination_proposed",
        subject=made,
        actor=by,
        body={"check": check_made.urn, "outcome": str(outcome), "reason": made.reason},
    )
    return made


def _store(made: Determination) -> None:
    """A check is append-only, so no lock on it decides who was first: the constraint does."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as refusal:
        if "determination_one_standing" in str(refusal):
            raise AlreadyProposed from refusal
        raise


@transaction.atomic
def decide_determination(
    *, determination: Determination, confirm: bool, by: User, at: dt.datetime
) -> Determination:
    """The second regulator confirms or rejects. Raises SamePerson, AlreadyDecided."""
    locked = Determination.objects.select_for_update(no_key=True).get(pk=determination.pk)
    if locked.confirmed_at or locked.rejected_at:
        raise AlreadyDecided
    if locked.proposed_by_id == by.pk:
        raise SamePerson
    if confirm:
        locked.confirmed_by, locked.confirmed_at = by, at
    else:
        locked.rejected_at = at
    locked.save(update_fields=["confirmed_by", "confirmed_at", "rejected_at"])
    record(
        kind="decoupling.determination_confirmed" if confirm else "decoupling.determination_rejected",
        subject=locked,
        actor=by,
        body={"check": f"decoupling.check/{locked.check_made_id}", "outcome": locked.outcome},
    )
    return locked
