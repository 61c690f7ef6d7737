"""Jobs of this room."""

from celery import shared_task

from regulation.ledger.queries import database_now

from .errors import ContractRefused
from .operations import accept_silent, lapse_contract, pay_what_is_due
from .operations import reconcile as compare
from .queries import silent_past, unsigned_past

AT_ONCE = 200


@shared_task(name="contracts.lapse_unsigned")
def lapse_unsigned() -> int:
    """Contracts not signed in time lapse, by the database's clock; returns how many. Safe to run twice."""
    now, done = database_now(), 0
    for contract in unsigned_past(now)[:AT_ONCE]:
        done += lapse_contract(contract=contract, at=now).lapsed_at is not None
    return done


@shared_task(name="contracts.accept_silent")
def accept_unanswered() -> int:
    """Work that nobody answered in time is accepted by rule; returns how many. Safe to run twice."""
    now, done = database_now(), 0
    for milestone in silent_past(now)[:AT_ONCE]:
        try:
            accept_silent(milestone=milestone, at=now)
            done += 1
        except ContractRefused:
            continue  # answered, or suspended, in between
    return done


@shared_task(name="contracts.pay_due")
def pay_due() -> int:
    """Order out what an effect could not: an account that was named later, a contract that goes on again."""
    return pay_what_is_due(at=database_now())


@shared_task(name="contracts.reconcile")
def reconcile() -> int:
    """The day's comparison; returns how many differences it found. The same day again finds the same."""
    return len(compare(at=database_now()).differences)
