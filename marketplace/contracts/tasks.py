"""Jobs of this room."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from marketplace.tenders.operations import recheck_award
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity

from .dispute_queries import cure_over, overdue_seats, standing_demands, without_a_mediator
from .errors import ContractRefused
from .operations import (
    accept_silent,
    disclose_reviews,
    end_overdue_seat,
    lapse_contract,
    lapse_demand,
    look_back_on,
    name_mediator,
    note_cure_over,
    note_mending_over,
    pay_what_is_due,
    refund_what_is_due,
    remind,
    sweep_uploads,
)
from .operations import reckon_credit as reckon
from .operations import reconcile as compare
from .operations.calendaring import who_may_be_reminded
from .queries import mending_over, running_contracts, silent_past, unsigned_past
from .review_queries import sellers_reviewed, to_disclose

AT_ONCE = 200
SLICE = dt.timedelta(seconds=10)  # below the broker's patience; what is left is queued again


@shared_task(name="contracts.recheck_running")
def recheck_running(after: int = 0) -> int:
    """Ask the gate again about every contract that is neither over nor lapsed; returns how many.

    Each night, as days pass without an entry: an exemption ends, a rule or an interest begins. A conflict
    becomes a finding and suspends the contract by its entry. Safe to run twice.
    """
    until, done = database_now() + SLICE, 0
    for contract in running_contracts().filter(pk__gt=after).iterator(chunk_size=100):
        if database_now() >= until:
            recheck_running.delay(after)
            break
        recheck_award(award=contract.award, at=database_now())
        after, done = contract.pk, done + 1
    return done


@shared_task(name="contracts.look_back")
def look_back(entry: int, after: int = 0) -> int:
    """Judge what a change reaches of contracts that are over, by the days they ran; how many."""
    return look_back_on(entry=Entry.objects.get(pk=entry), after=after)


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
    now = database_now()
    return pay_what_is_due(at=now) + refund_what_is_due(at=now)


@shared_task(name="contracts.dispute_clocks")
def dispute_clocks() -> int:
    """What is over by the database's clock: the time to mend, to agree, and mediators'; returns how many.

    Safe to run twice.
    """
    now = database_now()
    told = sum(note_cure_over(dispute=one, at=now) for one in cure_over(now)[:AT_ONCE])
    told += sum(note_mending_over(milestone=one, at=now) for one in mending_over(now)[:AT_ONCE])
    return told + sum(end_overdue_seat(seat=one, at=now) for one in overdue_seats(now)[:AT_ONCE])


@shared_task(name="contracts.remind")
def remind_people() -> int:
    """Mail each person what is due within a day, once a deadline; returns how much. Safe to run twice."""
    now, told, failures = database_now(), 0, []
    for user in who_may_be_reminded(on=timezone.localdate(now)).iterator():
        try:
            told += remind(user=user, at=now)
        except OSError as failure:  # the mail server is away for this one; the next run tries again
            failures.append(failure)
    if failures:
        raise ExceptionGroup("reminders that could not be sent", failures)
    return told


@shared_task(name="contracts.name_mediators")
def name_mediators() -> int:
    """Each night disputes for which no mediator was free are tried again, and demands that were met lapse."""
    now = database_now()
    met = sum(lapse_demand(ending=one, at=now) for one in standing_demands()[:AT_ONCE])
    named = (name_mediator(dispute=one, at=now) for one in without_a_mediator()[:AT_ONCE])
    return met + sum(one is not None for one in named)


@shared_task(name="contracts.sweep_uploads")
def sweep_begun_uploads() -> int:
    """Uploads that nobody went on with for a day are forgotten; returns how many. Safe to run twice."""
    return sweep_uploads(at=database_now())


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
