"""Before and after a reform, and what a new period leaves of an old one, without a database."""

import datetime as dt
from types import SimpleNamespace

import pytest
from psycopg.types.range import DateRange

from regulation.registry.change import around, changes
from regulation.registry.periods import left_of

FIELDS = ("trips", "papers", "committed_days", "statutory_days", "online_level", "fee")


def measure(**said):
    return SimpleNamespace(**dict.fromkeys(FIELDS) | said)


@pytest.mark.parametrize(
    ("figure", "before", "after", "difference", "better"),
    [
        ("trips", 4, 1, -3, True),
        ("trips", 1, 2, 1, False),
        ("online_level", 2, 3, 1, True),
        ("online_level", 3, 2, -1, False),
        ("papers", 5, 5, 0, None),
        ("fee", None, 10, None, None),
        ("committed_days", 10, None, None, None),
    ],
)
def test_a_change(figure, before, after, difference, better):
    (found,) = changes(measure(**{figure: before}), measure(**{figure: after}))
    assert (found.figure, found.difference, found.better) == (figure, difference, better)


def test_what_neither_measure_states_is_left_out():
    assert changes(measure(), measure()) == []


def span(start, end=None):
    return DateRange(dt.date(2020, start, 1), end and dt.date(2020, end, 1))


@pytest.mark.parametrize(
    ("was", "now", "left"),
    [
        (span(1), span(6), [span(1, 6)]),
        (span(1), span(6, 9), [span(1, 6), span(9)]),
        (span(6), span(1), []),
        (span(1, 9), span(1, 6), [span(6, 9)]),
        (span(1, 6), span(1, 6), []),
    ],
)
def test_what_is_left_of_a_period(was, now, left):
    assert left_of(was, now) == left


def test_the_measures_around_a_day_are_the_last_before_it_and_the_first_from_it_on():
    rows = [SimpleNamespace(in_force=span(n, n + 1)) for n in (5, 1, 3, 7)]
    before, after = around(rows, dt.date(2020, 5, 1))
    assert (before.in_force, after.in_force) == (span(3, 4), span(5, 6))
    assert around(rows, dt.date(2020, 1, 1)) is None
    assert around(rows, dt.date(2020, 7, 2)) is None
