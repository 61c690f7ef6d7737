"""A contact shared with a body of the department, which nothing else joins to the firm."""

import datetime as dt

import pytest
from django.utils import timezone

from regulation.decoupling.models import Gate
from regulation.decoupling.operations import check, check_all, foresee
from regulation.decoupling.queries import About, reached_by, regather, rerun
from regulation.decoupling.queries.asking import asked
from regulation.decoupling.sweeping.candidates import candidates
from regulation.ledger.queries import database_now
from regulation.parties.models import Declaration, Entity
from regulation.parties.operations import end_interest
from tests.factories import world

pytestmark = pytest.mark.django_db
HERE = {
    "address": ("滨江路 1 号", "滨江路1号"),
    "phone": ("0826-2333333", "08262333333"),
    "email": ("Office@example.org", "office@example.org"),
    "account_digest": (b"of one account",) * 2,
}
ELSEWHERE = {"address": "", "phone": "", "email": "", "account_digest": None}


def firm(**contact):
    made = world.entity("intermediary", **contact)
    Declaration.objects.create(entity=made, as_of=world.LONG_AGO)
    return made


def far_body(department, **contact):
    """Two steps below the department: its institution set up an enterprise."""
    middle, end = world.entity("public_institution"), world.entity("enterprise", **contact)
    world.interest(department, middle)
    world.interest(middle, end)
    return end


def asked_of(intermediary, department, **more):
    now = database_now()
    return check(
        intermediary=intermediary, department=department, on=timezone.localdate(now), gate=Gate.BID, by=None,
        at=now, **more,
    )  # fmt: skip


@pytest.mark.parametrize("what", list(HERE))
def test_a_contact_shared_with_a_far_body_of_the_department_is_referred(what):
    department, (told, again) = world.department(), HERE[what]
    body = far_body(department, **{what: again})
    one, free = firm(**{what: told}), firm()
    made = asked_of(one, department)
    assert (made.outcome, made.rule_code) == ("unknown", "shared-with-authority")
    assert [tie["kind"] for tie in made.chain][:2] == ["setUp", "setUp"]
    assert made.matter["neighbours"] == [body.urn]
    assert asked_of(free, department).outcome == "clear"
    assert asked_of(one, world.department()).outcome == "clear", "a body of another department"


def test_who_shares_with_a_body_of_nobodys_is_clear_and_reads_as_it_always_did():
    world.entity("enterprise", phone="0826-2333333")
    made = asked_of(firm(phone="08262333333"), world.department())
    assert (made.outcome, "neighbours" in made.matter) == ("clear", False)


def test_such_a_check_comes_out_the_same_again_after_all_has_changed():
    department = world.department()
    body, one = far_body(department, phone="1234567"), firm(phone="1234567")
    made = asked_of(one, department)
    Entity.objects.filter(pk__in=(body.pk, one.pk)).update(phone="")
    found, fits = rerun(made)
    assert (found.outcome, fits, regather(made).agrees) == ("unknown", True, True)
    assert asked_of(one, department).outcome == "clear"
    then = foresee(
        intermediary=one, department=department, on=made.on, gate=Gate.BID, by=None, at=database_now(),
        known_at=made.known_at,
    )  # fmt: skip
    assert then.outcome == "unknown", "as known then"


def test_rivals_are_asked_together_as_each_is_alone():
    department = world.department()
    body = far_body(department, email="office@example.org")
    one, other = firm(email="office@example.org"), firm()
    now = database_now()
    both = check_all(
        intermediaries=[one, other], department=department, on=timezone.localdate(now), gate=Gate.OPENING,
        by=None, at=now, about=About(rivals=(one, other)),
    )  # fmt: skip
    assert [made.outcome for made in both] == ["unknown", "clear"]
    assert {tuple(made.matter["neighbours"]) for made in both} == {(body.urn,)}
    assert all(regather(made).agrees for made in both)
    for made in both:
        alone = check(
            intermediary=made.intermediary, department=department, on=made.on, gate=Gate.OPENING, by=None,
            at=now, about=About(rivals=(one, other)),
        )  # fmt: skip
        assert alone.input_digest == made.input_digest


def test_a_sweep_looks_at_the_pair():
    department, today = world.department(), timezone.localdate(database_now())
    body = far_body(department, phone="1234567")
    one, _free = firm(phone="123-4567"), firm()
    assert candidates([department.pk], on=today, known_at=database_now()) == [(department.pk, one.pk)]
    Entity.objects.filter(pk=body.pk).update(phone="")
    assert candidates([department.pk], on=today, known_at=database_now()) == []
    yesterday = today - dt.timedelta(days=1)
    assert candidates([department.pk], on=yesterday, known_at=database_now()) == [(department.pk, one.pk)]


def test_a_firm_is_asked_again_when_its_neighbour_comes_under_a_department():
    body, one, free = world.entity("enterprise", phone="1234567"), firm(phone="1234567"), firm()
    stated = world.interest(world.department(), body)
    reached = set(reached_by(stated))
    assert {body.pk, one.pk} <= reached
    assert free.pk not in reached


def test_a_body_that_was_let_go_is_no_body_of_the_departments():
    department = world.department()
    body, one = world.entity("enterprise", phone="1234567"), firm(phone="1234567")
    stated = world.interest(department, body)
    assert asked_of(one, department).outcome == "unknown"
    now = database_now()
    end_interest(interest=stated, end=timezone.localdate(now), by=None, at=now)
    assert asked_of(one, department).outcome == "clear"


def test_without_its_neighbours_the_check_would_be_clear(monkeypatch):
    department = world.department()
    far_body(department, phone="1234567")
    one = firm(phone="1234567")
    said = {"intermediary": one, "department": department, "on": timezone.localdate(), "gate": Gate.BID}
    assert asked(**said)[1].neighbours
    read = asked.__globals__["read"]
    monkeypatch.setitem(asked.__globals__, "read", lambda *a, beside, **kw: read(*a, **kw))
    assert asked_of(one, department).outcome == "clear"
