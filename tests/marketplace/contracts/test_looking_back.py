"""A change that reaches a contract that is over judges the days it ran: a finding, and nothing suspended."""

import datetime as dt

import pgtrigger
import pytest
from django.utils import timezone

from marketplace.contracts import tasks
from marketplace.contracts.models import Contract
from marketplace.contracts.operations import looking_back
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.ledger.tasks import deliver
from regulation.oversight.models import Finding
from regulation.parties.operations import state_interest
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


def run_effects() -> None:
    """Every effect of every entry, those that the effects write included."""
    done = 0
    while waiting := list(Entry.objects.filter(pk__gt=done).order_by("pk").values_list("pk", flat=True)):
        for done in waiting:
            deliver(done)


def ago(days):
    return timezone.localdate() - dt.timedelta(days=days)


def ran(began, ended=None, *, how="completed_at", **fields) -> Contract:
    """A contract signed so many days ago, and over since so many, as only the owner can say."""
    made = contracts.signed(**fields)
    told = {"signed_at": timezone.now() - dt.timedelta(days=began)}
    if ended is not None:
        told |= {how: timezone.now() - dt.timedelta(days=ended), "terminate_reason": "r"}
    with pgtrigger.ignore("contracts.Contract:told_by_an_act", "contracts.Contract:terms_stand"):
        Contract.objects.filter(pk=made.pk).update(**told)
        contracts.commit()
    run_effects()
    made.refresh_from_db()
    return made


def tie(made, first, after=None):
    """An interest of the department in the seller, put on record now."""
    told = state_interest(
        holder=made.department,
        subject=made.seller,
        kind="setUp",
        start=ago(first),
        end=ago(after) if after is not None else None,
        tier="A",
        source="test",
        by=world.user(),
    )
    run_effects()
    return told


@pytest.mark.parametrize("how", ["completed_at", "terminated_at"])
@pytest.mark.parametrize(
    ("first", "after", "found"),
    [
        (40, 25, 1),
        (25, 15, 1),
        (15, None, 1),
        (40, None, 1),
        (40, 30, 0),
        (5, None, 0),
        (9, 2, 0),
    ],
    ids=[
        "at-signing",
        "in-between",
        "at-the-end",
        "all-along",
        "ended-before",
        "began-after",
        "began-and-ended-after",
    ],
)
def test_what_was_held_while_it_ran_is_a_finding_and_what_came_after_is_none(how, first, after, found):
    made = ran(30, 10, how=how)
    tie(made, first, after)
    assert Finding.objects.filter(kind="award_conflict", entity=made.seller).count() == found
    assert Check.objects.filter(gate="recheck", outcome="conflicted").exists() == bool(found)
    made.refresh_from_db()
    assert made.suspended_at is None
    for one in Finding.objects.filter(kind="award_conflict"):
        assert one.after_award


def test_a_contract_that_runs_is_suspended_by_the_same():
    made = ran(30)
    tie(made, 5)
    made.refresh_from_db()
    assert made.suspended_at is not None


def test_the_same_change_delivered_again_tells_nothing_twice():
    made = ran(30, 10)
    tie(made, 40)
    entry = Entry.objects.get(kind="parties.interest_stated")
    stored, told = Check.objects.count(), Entry.objects.filter(kind="decoupling.conflict_found").count()
    looking_back.look_back_after(entry=entry, at=database_now())
    assert Check.objects.count() == stored
    assert Entry.objects.filter(kind="decoupling.conflict_found").count() == told


def test_many_go_to_a_job_that_goes_on_where_its_slice_ends(monkeypatch):
    queued = []
    monkeypatch.setattr(looking_back, "AT_ONCE", 0)
    monkeypatch.setattr(looking_back, "queue", lambda entry, after: queued.append((entry, after)))
    made = ran(30, 10)
    tie(made, 40)
    assert not Finding.objects.exists()
    entry = Entry.objects.get(kind="parties.interest_stated")
    start = database_now()
    clock = iter([start, start + looking_back.SLICE])
    monkeypatch.setattr(looking_back, "database_now", lambda: next(clock))
    assert tasks.look_back(entry.pk) == 0
    assert queued[-1] == (entry.pk, 0)
    monkeypatch.setattr(looking_back, "database_now", database_now)
    assert tasks.look_back(entry.pk) == 1
    run_effects()
    assert Finding.objects.filter(kind="award_conflict").count() == 1
