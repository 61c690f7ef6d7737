"""A contract that runs is asked about again every night: days alone may bring a conflict."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from marketplace.contracts import tasks
from marketplace.contracts.models import Contract
from marketplace.contracts.tasks import recheck_running
from marketplace.tenders.operations import gating
from regulation.decoupling.models import Check, Exemption
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.ledger.tasks import deliver
from regulation.oversight.models import Finding
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


def run_effects() -> None:
    for entry in Entry.objects.order_by("pk"):
        deliver(entry.pk)


def exempted(made: Contract, until: dt.date) -> None:
    world.interest(made.department, made.seller)
    Exemption.objects.create(
        department=made.department,
        intermediary=made.seller,
        kind="transition",
        plan="p",
        reason="r",
        valid=DateRange(world.LONG_AGO, until),
        proposed_by=world.user(),
        confirmed_by=world.user(),
        confirmed_at=timezone.now(),
    )


def test_an_exemption_that_ends_suspends_the_contract_on_that_day_and_is_a_finding(monkeypatch):
    made = contracts.signed()
    ends = timezone.localdate() + dt.timedelta(days=1)
    exempted(made, ends)
    run_effects()
    assert recheck_running() == 1
    run_effects()
    made.refresh_from_db()
    assert made.suspended_at is None
    monkeypatch.setattr(gating.timezone, "localdate", lambda _at=None: ends)
    assert recheck_running() == 1
    run_effects()
    made.refresh_from_db()
    assert made.suspended_at is not None
    assert made.suspended_by_check == Check.objects.filter(gate="recheck").latest("pk")
    assert Finding.objects.get(kind="award_conflict").entity == made.seller
    stored = Check.objects.count()
    assert recheck_running() == 1
    assert Check.objects.count() == stored, "the same answer is not stored again"


def test_what_is_over_is_not_asked_about():
    made = contracts.signed()
    assert recheck_running() == 1
    contracts_over = Contract.objects.filter(pk=made.pk)
    from marketplace.contracts.queries import running_contracts

    assert list(running_contracts()) == list(contracts_over)
    assert not running_contracts().filter(lapsed_at__isnull=False).exists()


def test_what_a_night_has_no_time_for_goes_back_to_the_queue(monkeypatch):
    made, other = contracts.signed(), contracts.signed()
    start = database_now()
    clock = iter([start, start, start, start + tasks.SLICE, start + tasks.SLICE])
    monkeypatch.setattr(tasks, "database_now", lambda: next(clock))
    queued = []
    monkeypatch.setattr(tasks.recheck_running, "delay", queued.append)
    assert (recheck_running(), queued) == (1, [made.pk])
    assert other.pk > made.pk
