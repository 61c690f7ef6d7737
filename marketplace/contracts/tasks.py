"""Jobs of this room."""

from celery import shared_task

from regulation.ledger.queries import database_now
from regulation.parties.models import Entity

from .errors import ContractRefused
from .operations import accept_silent, disclose_reviews, lapse_contract, pay_what_is_due
from .operations import reckon_credit as reckon
from .operations import reconcile as compare
from .queries import silent_past, unsigned_past
from .review_queries import sellers_reviewed, to_disclose

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


@shared_task(name="contracts.disclose_reviews")
def disclose_due_reviews() -> int:
    """Reviews whose time is over are read from now on; returns how many rounds. Safe to run twice."""
    now, done = database_now(), 0
    for held in to_disclose(now)[:AT_ONCE]:
        done += disclose_reviews(contract=held.contract, at=now)
    return done


@shared_task(name="contracts.reckon_credit")
def reckon_all_credit() -> int:
    """Reviews grow older by themselves, and objections fall due: every night credit is reckoned anew."""
    now, done = database_now(), 0
    for entity in Entity.objects.filter(pk__in=sellers_reviewed()).select_related("region").iterator(100):
        done += reckon(entity=entity, at=now)
    return done
