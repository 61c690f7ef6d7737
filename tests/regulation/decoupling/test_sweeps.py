"""Sweeps: the same answers as a regulator's own check of every pair, and nothing lost to a kill."""

import datetime as dt
import itertools
import random
import threading
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.html import escape

from regulation.decoupling.models import Exemption, Gate, Sweep, SweptPair
from regulation.decoupling.operations import check
from regulation.decoupling.rules import shipped_pack
from regulation.decoupling.sweeping import operations, tasks
from regulation.decoupling.sweeping.candidates import candidates
from regulation.decoupling.sweeping.errors import SweepRunning
from regulation.decoupling.sweeping.operations import carry_on, start_sweep
from regulation.decoupling.sweeping.queries import beyond_sweeps, intermediaries
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.parties.models import Declaration, Entity, Role
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


def swept(*, batch: int = 50) -> Sweep:
    made = start_sweep(on=DAY, by=None, at=database_now())
    while carry_on(pk=made.pk, at=database_now(), batch=batch) == "running":
        pass
    made.refresh_from_db()
    return made


def firm(declared: bool = True, **fields: object) -> Entity:
    made = world.entity("intermediary", **fields)
    if declared:
        Declaration.objects.create(entity=made, as_of=world.LONG_AGO)
    return made


def test_a_sweep_finds_the_tied_pair_and_leaves_the_others(client):
    department, other = world.department(), world.department()
    tied, free = firm(), firm()
    world.interest(department, tied)
    made = swept()
    pair = SweptPair.objects.get()
    assert (pair.intermediary, pair.department, pair.outcome) == (tied, department, "conflicted")
    assert (pair.rule_code, pair.provision_ref) == ("affiliated-body", "business-environment-43")
    assert [tie["kind"] for tie in pair.chain] == ["setUp"]
    assert (made.status, made.done, made.total, made.pairs) == ("done", 2, 2, 4)
    assert (made.judged, made.conflicted, made.unknown, made.undeclared) == (1, 1, 0, 0)
    assert free.pk != other.pk


def test_a_sweep_ends_with_one_entry_that_holds_counts_and_digest():
    world.interest(world.department(), firm())
    made = swept()
    entry = Entry.objects.get(kind="decoupling.swept")
    body = body_of(entry)
    assert entry.subject == made.urn
    assert (body["conflicted"], body["digest"], len(made.digest)) == (1, made.digest, 64)


def _random_world(seed: int) -> None:
    """A small world with every kind of tie the rules know."""
    dice = random.Random(seed)
    departments = [world.department(phone=dice.choice(["", "0826-111"])) for _n in range(3)]
    firms = [firm(declared=dice.random() < 0.7, phone=dice.choice(["", "0826111"])) for _n in range(4)]
    kinds = ("public_institution", "social_organisation", "industry_association", "enterprise")
    others = [world.entity(dice.choice(kinds)) for _n in range(4)]
    people = [world.person() for _n in range(4)]
    entities = [*departments, *firms, *others]
    for _n in range(14):
        holder, subject = dice.sample(entities, 2)
        kind = dice.choice(
            [
                "setUp",
                "affiliation",
                "supervision",
                "shareholding",
                "otherInfluenceOrControl",
                "samePremises",
                "sameFinances",
            ]
        )
        share = dice.choice([None, 0, 20, 51, 100]) if kind == "shareholding" else None
        world.interest(holder, subject, kind, share_min=share, share_max=share, held=_period(dice))
    for _n in range(12):
        person, subject = dice.choice(people), dice.choice(entities)
        kind = "official" if subject in departments else dice.choice(["boardMember", "shareholding"])
        rank = dice.choice(["", "leading", "other"]) if kind == "official" else ""
        world.interest(person, subject, kind, rank=rank, held=_period(dice))
    for _n in range(3):
        one, other = dice.sample(people, 2)
        world.interest(one, other, "closeKin", held=_period(dice))


def _period(dice: random.Random) -> DateRange:
    end = dice.choice([None, None, dt.date(2025, 6, 1), dt.date(2023, 6, 1)])
    return DateRange(world.LONG_AGO, end)


@pytest.mark.parametrize("seed", range(40))
def test_a_sweep_says_what_a_check_of_each_pair_says(seed):
    """Every pair checked one by one, the naive way: the sweep may leave none out and add none."""
    _random_world(seed)
    swept(batch=2)
    told = {(p.intermediary_id, p.department_id): (p.outcome, p.rule_code) for p in SweptPair.objects.all()}
    sellers = list(intermediaries())
    for seller, department in itertools.product(sellers, Entity.objects.departments()):
        one = check(
            intermediary=seller, department=department, on=DAY, gate=Gate.INQUIRY, by=None, at=timezone.now()
        )
        grounds = [ground for ground in one.grounds if ground["outcome"] != "warn"]
        expected = (one.outcome, one.rule_code) if grounds else None
        assert told.get((seller.pk, department.pk)) == expected


def test_the_page_of_a_sweep_names_the_rules_it_cannot_judge(client):
    world.department()
    made = swept()
    beyond = beyond_sweeps(shipped_pack(made.rule_pack), on=made.on)
    assert [rule.code for rule in beyond] == [
        "eia-no-interest", "eia-owner", "bidders-one-control", "bidders-share", "owner-ties",
        "parts-that-exclude", "avoided-unit", "buyers-people",
    ]  # fmt: skip
    client.force_login(world.member(Role.REGULATOR).user)
    page = client.get(f"/en/sweeps/{made.pk}/").content.decode()
    assert "8 rules that no sweep can judge" in page
    assert all(escape(rule.title) in page for rule in beyond)
    earlier = beyond_sweeps(shipped_pack(made.rule_pack), on=dt.date(2026, 8, 14))
    assert "eia-no-interest" not in [rule.code for rule in earlier]


def test_a_sweep_goes_on_where_it_stopped(monkeypatch):
    pairs = [(world.department(), firm()) for _n in range(4)]
    for department, seller in pairs:
        world.interest(department, seller)
    made = start_sweep(on=DAY, by=None, at=database_now())
    carry_on(pk=made.pk, at=database_now(), batch=2)

    def killed(*_args, **_fields):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(operations.SweptPair.objects, "bulk_create", killed)
        with pytest.raises(SystemExit), transaction.atomic():
            carry_on(pk=made.pk, at=database_now(), batch=2)
    made.refresh_from_db()
    assert (made.done, made.found.count()) == (2, 2)
    while carry_on(pk=made.pk, at=database_now(), batch=2) == "running":
        pass
    made.refresh_from_db()
    assert (made.status, made.done, made.conflicted, made.found.count()) == ("done", 4, 4, 4)
    assert Entry.objects.filter(kind="decoupling.swept").count() == 1


def test_one_sweep_runs_at_a_time():
    world.department()
    made = start_sweep(on=DAY, by=None, at=database_now())
    with pytest.raises(SweepRunning):
        start_sweep(on=DAY, by=None, at=database_now())
    with pytest.raises(IntegrityError, match="sweep_one_running_at_a_time"), transaction.atomic():
        Sweep.objects.create(on=DAY, known_at=timezone.now(), rule_pack="x", total=0, intermediaries=0)
    carry_on(pk=made.pk, at=database_now())
    assert start_sweep(on=DAY, by=None, at=database_now()).pk != made.pk


def test_a_second_worker_finds_the_first_ones_lock():
    world.department()
    made = start_sweep(on=DAY, by=None, at=database_now())
    with held_elsewhere(operations.LOCK):
        assert carry_on(pk=made.pk, at=database_now()) == "busy"
    assert carry_on(pk=made.pk, at=database_now()) == "done"


@contextmanager
def held_elsewhere(lock):
    """Another connection holds an advisory lock in a transaction."""
    taken, let_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
            taken.set()
            let_go.wait(30)
        connection.close()

    worker = threading.Thread(target=hold)
    worker.start()
    assert taken.wait(30)
    try:
        yield
    finally:
        let_go.set()
        worker.join()


def test_an_exemption_opens_the_pair_and_is_told():
    department, seller = world.department(), firm()
    world.interest(department, seller)
    Exemption.objects.create(
        intermediary=seller,
        department=department,
        kind="transition",
        plan="方案",
        reason="理由",
        valid=DateRange(dt.date(2026, 1, 1), dt.date(2027, 1, 1)),
        proposed_by=world.user(),
        confirmed_by=world.user(),
        confirmed_at=timezone.now(),
    )
    made = swept()
    pair = SweptPair.objects.get()
    assert (pair.outcome, pair.rule_code, len(pair.chain)) == ("clear", "affiliated-body", 1)
    assert (made.exempt, made.conflicted) == (1, 0)


def test_a_sweep_without_departments_ends():
    assert swept().status == "done"


def test_an_interest_recorded_after_the_sweep_began_waits_for_the_next():
    department, seller = world.department(), firm()
    made = start_sweep(on=DAY, by=None, at=timezone.now() - dt.timedelta(minutes=1))
    world.interest(department, seller)
    carry_on(pk=made.pk, at=database_now())
    assert not SweptPair.objects.exists()


def test_the_walk_down_ends_in_a_circle_and_skips_names_alone():
    department, one, two, named = world.department(), firm(), firm(), firm()
    world.interest(department, one, "shareholding")
    world.interest(one, two, "shareholding")
    world.interest(two, one, "shareholding")
    world.interest(department, named, tier="C")
    found = candidates([department.pk], on=DAY, known_at=database_now())
    assert found == [(department.pk, one.pk), (department.pk, two.pk)]


def test_nightly_begins_once_a_day(monkeypatch):
    world.department()
    pk = tasks.sweep_nightly()
    assert pk
    assert tasks.sweep_nightly() == 0
    assert tasks.carry_sweep(pk) == "done"
    assert tasks.sweep_nightly() == 0


def test_a_sweep_whose_worker_is_gone_is_queued_again(monkeypatch):
    world.department()
    made = start_sweep(on=DAY, by=None, at=database_now())
    queued = []
    monkeypatch.setattr(tasks.carry_sweep, "delay", queued.append)
    assert tasks.resume_sweeps() == 0
    later = database_now() + dt.timedelta(minutes=3)
    monkeypatch.setattr(tasks, "database_now", lambda: later)
    assert (tasks.resume_sweeps(), queued) == (1, [made.pk])


def test_the_pages_of_sweeps_have_a_flat_number_of_queries(client, django_assert_max_num_queries):
    for _n in range(25):
        world.interest(world.department(), firm())
    made = swept()
    client.force_login(world.member(Role.REGULATOR).user)
    for path, most in ((f"/en/sweeps/{made.pk}/", 9), ("/en/sweeps/", 9)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
    page = client.get(f"/en/sweeps/{made.pk}/?rule=affiliated-body&outcome=conflicted&text=单位")
    assert page.content.decode().count('class="card"') == 20
    csv = b"".join(client.get(f"/en/sweeps/{made.pk}/pairs.csv").streaming_content).decode()
    assert csv.count("affiliated-body") == 25
    assert client.get(f"/en/sweeps/{made.pk}/?outcome=nonsense&text=%00").status_code == 200


def test_a_regulator_begins_a_sweep_and_sees_how_far_it_is(client):
    world.department()
    client.force_login(world.member(Role.REGULATOR).user)
    answer = client.post("/en/sweeps/start/")
    made = Sweep.objects.get()
    assert answer.url == f"/en/sweeps/{made.pk}/"
    page = client.get(answer.url).content.decode()
    assert "0/1" in page
    assert 'http-equiv="refresh"' in page
    assert "0/1" in client.get(f"/en/sweeps/{made.pk}/progress/").content.decode()
    assert client.post("/en/sweeps/start/").url == answer.url
    carry_on(pk=made.pk, at=database_now())
    assert client.get(f"/en/sweeps/{made.pk}/progress/").headers["HX-Refresh"] == "true"
