"""A contract's clocks stand still while it is suspended, a milestone's own while it is disputed."""

import datetime as dt

from django.utils import timezone

from ..dispute_queries import standing_ending
from ..life import UNSIGNED
from ..models import Contract, Dispute, Milestone, Seat
from ..queries import days_lost, later_day


def give_back(contract: Contract, *, since: dt.datetime, at: dt.datetime) -> None:
    """Move each deadline that still ran at `since` by the time lost until `at`.

    In the transaction of the resumption, under the contract's lock; the database takes it there alone.
    """
    if contract.state_at(at) in UNSIGNED:
        if contract.sign_by > since:
            contract.sign_by += at - since
            contract.save(update_fields=["sign_by"])
        return
    for milestone in Milestone.objects.filter(contract=contract, disputed_at__isnull=True):
        if facts := moved(milestone, since=since, at=at):
            milestone.save(update_fields=facts)
    for dispute in Dispute.objects.standing().filter(milestone__contract=contract):
        _to_a_dispute(dispute, since=since, at=at)
    ending = standing_ending(contract)
    if ending is not None and ending.grace_until is not None and ending.grace_until > since:
        ending.grace_until += at - since
        ending.save(update_fields=["grace_until"])


def moved(milestone: Milestone, *, since: dt.datetime, at: dt.datetime) -> list[str]:
    """Set the clocks that ran at `since` so much later, where one did; the names of what was set.

    Work handed in waits for its answer by the moment, returned work for its mending too; work to be handed in
    by the day, and each working day on which it stood still counts whole.
    """
    if milestone.accepted_at is not None or milestone.cancelled_at is not None:
        return []
    if milestone.submitted_at is not None:
        if milestone.silence_until is None or milestone.silence_until <= since:
            return []
        milestone.silence_until += at - since
        return ["silence_until"]
    names = []
    if milestone.mend_until is not None and milestone.mend_until > since:
        milestone.mend_until += at - since
        names.append("mend_until")
    if milestone.due_on is not None and milestone.due_on >= timezone.localdate(since):
        milestone.due_on = later_day(milestone.due_on, days_lost(since, at))
        names.append("due_on")
    return names


def _to_a_dispute(dispute: Dispute, *, since: dt.datetime, at: dt.datetime) -> None:
    """The time to mend or agree, and a mediator's. The milestone's own comes back when the dispute ends."""
    if dispute.asked_at is None and dispute.cure_until > since:
        dispute.cure_until += at - since
        dispute.save(update_fields=["cure_until"])
    for seat in dispute.seats.filter(ended_at__isnull=True):
        _to_a_seat(seat, since=max(since, seat.named_at), at=at)


def _to_a_seat(seat: Seat, *, since: dt.datetime, at: dt.datetime) -> None:
    if seat.answer_by > since:
        seat.answer_by += at - since
    if seat.decide_by is not None and seat.decide_by > since:
        seat.decide_by += at - since
    seat.save(update_fields=["answer_by", "decide_by"])
