"""Whom a change reaches: below what it is about, and above who holds it."""

import pytest

from regulation.decoupling.queries import reached_by, reached_by_merge
from regulation.parties.models import Same
from tests.factories import world

pytestmark = pytest.mark.django_db


def test_a_holding_reaches_what_is_below_its_subject_and_what_is_above_its_holder():
    top, holder, subject, bottom, beside = (world.entity() for _n in range(5))
    world.interest(top, holder, "shareholding", share_min=60, share_max=60)
    world.interest(top, beside, "shareholding", share_min=60, share_max=60)
    world.interest(subject, bottom, "shareholding", share_min=60, share_max=60)
    made = world.interest(holder, subject, "shareholding", share_min=60, share_max=60)
    assert reached_by(made) == sorted(one.pk for one in (top, holder, subject, bottom))


def test_a_merge_reaches_what_is_above_both_and_circles_end():
    one, other, top = world.entity(), world.entity(), world.entity()
    world.interest(top, one, "shareholding", share_min=60, share_max=60)
    world.interest(one, top, "shareholding", share_min=60, share_max=60)
    low, high = sorted((one, other), key=lambda e: e.pk)
    made = Same.objects.create(entity=low, other_entity=high, tier="A", reason="r")
    assert reached_by_merge(made) == sorted(e.pk for e in (one, other, top))


def test_more_than_a_check_of_each_could_take_is_everyone(monkeypatch):
    monkeypatch.setattr("regulation.decoupling.queries.reaching.MOST_REACHED", 2)
    top, middle, bottom = world.entity(), world.entity(), world.entity()
    world.interest(top, middle, "setUp")
    assert reached_by(world.interest(middle, bottom, "setUp")) is None
