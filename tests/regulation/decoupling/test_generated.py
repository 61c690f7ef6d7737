"""The invented market: its plants are what the gate finds, and nothing else is."""

import csv
import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from regulation.decoupling.generator import CASES, Market
from regulation.decoupling.operations import check
from regulation.parties.models import Entity, Interest, Person
from tests.factories import world

DAY = dt.date(2026, 11, 24)


def rows(size, seed):
    market = Market(size, seed, DAY)
    return list(market.entities()), list(market.interests()), market.plants


def test_the_same_seed_makes_the_same_market():
    assert rows(400, 1) == rows(400, 1)
    assert rows(400, 1) != rows(400, 2)


def test_it_has_circles_and_holders_of_many():
    _, interests, _ = rows(4_000, 1)
    held = [(line[0], line[2]) for line in interests if line[4] == "shareholding" and line[0]]
    assert any((b, a) in set(held) for a, b in held)
    counts = sorted((sum(1 for a, _ in held if a == holder) for holder, _ in held), reverse=True)
    assert counts[0] > 20


@pytest.mark.django_db
def test_the_gate_finds_what_was_planted_and_nothing_else(tmp_path):
    world.entity(is_invented=True)
    call_command(
        "generate_graph", entities=2_000, seed=3, on=DAY, labels=tmp_path / "labels.csv", verbosity=0
    )
    connection.check_constraints()
    with (tmp_path / "labels.csv").open(encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    assert {label["case"] for label in labels} == set(CASES)

    def checked(intermediary, department):
        made = check(
            intermediary=intermediary,
            department=department,
            on=DAY,
            gate="inquiry",
            by=None,
            at=timezone.now(),
        )
        return made.outcome, made.rule_code

    tied = {int(label["intermediary"]) for label in labels}
    every = Entity.objects.in_bulk()
    for label in labels:
        ends = every[int(label["intermediary"])], every[int(label["department"])]
        assert checked(*ends) == (label["outcome"], label["rule"]), label
    departments = [entity for entity in every.values() if entity.kind == "department"]
    free = [e for e in every.values() if e.kind == "intermediary" and e.pk not in tied]
    for n, entity in enumerate(free[:10]):
        assert checked(entity, departments[n % len(departments)]) == ("clear", "")
    assert not Interest.objects.filter(is_invented=False).exists()


@pytest.mark.django_db
def test_it_keeps_out_of_a_database_with_real_records():
    world.entity()
    with pytest.raises(CommandError, match="real records"):
        call_command("generate_graph", entities=100)
    assert not Person.objects.exists()
    call_command("generate_graph", entities=100, force=True, verbosity=0)
    assert Entity.objects.count() == 101


@pytest.mark.django_db
def test_a_market_too_small_is_refused():
    with pytest.raises(CommandError, match="at least 100"):
        call_command("generate_graph", entities=99)
