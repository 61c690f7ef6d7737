"""The arithmetic of the league table, without a database."""

from decimal import Decimal

import pytest

from regulation.registry.league import (
    COLUMNS,
    KEYS,
    Case,
    Demand,
    Value,
    ordered,
    services_required,
    shared,
    standings,
)


def case(region="A", *keys, **fields):
    return Case(region, frozenset(keys), **fields)


def row_of(*cases, fewest=1, **required):
    return standings(cases, required=required, fewest=fewest)[0].values


# column, cases as (field → value …), n, value
TABLE = [
    ("committed", [{"committed": 3}, {"committed": 5}, {"committed": 20}], 3, "5.0"),
    ("committed", [{"committed": 3}, {"committed": 6}], 2, "4.5"),
    ("committed", [{"committed": 3}, {}], 1, "3.0"),
    ("committed", [{}, {}], 0, None),
    ("share", [{"committed": 5, "statutory": 20}, {"committed": 10, "statutory": 10}], 2, "50.0"),
    ("share", [{"committed": 5}, {"statutory": 20}], 0, None),
    ("share", [{"committed": 5, "statutory": 0}, {"committed": 1, "statutory": 3}], 1, "33.3"),
    ("papers", [{"papers": 0}, {"papers": 5}, {}], 2, "2.5"),
    ("held", [{"listed": 4, "held": 1}, {"listed": 6, "held": 2}, {"papers": 9}], 2, "30.0"),
    ("once", [{"trips": 0}, {"trips": 1}, {"trips": 2}, {}], 3, "66.7"),
]


@pytest.mark.parametrize(("column", "fields", "n", "value"), TABLE)
def test_a_column(column, fields, n, value):
    found = row_of(*(case(**f) for f in fields))[column]
    assert found == Value(n, None if value is None else Decimal(value))


def test_a_figure_of_too_few_is_not_shown_but_its_number_is():
    found = row_of(*[case(committed=3)] * 4, case(), fewest=5)
    assert found["committed"] == Value(4, None)
    assert found["required"] == Value(5, Decimal(0))


def test_every_column_prints_its_method_and_formula_and_has_a_value():
    assert set(row_of(case())) == set(KEYS)
    assert all(str(c.method) and str(c.formula) for c in COLUMNS)


def test_only_what_two_regions_share_is_compared():
    cases = [
        case("A", "name:x", "code:1", committed=1),
        case("A", "name:y", committed=2),
        case("B", "name:z", "code:1", committed=3),
        case("B", "name:q", committed=4),
        case("C", "name:x", committed=5),
    ]
    assert [c.committed for c in shared(cases, "A", "B")] == [1, 3]
    assert shared(cases, "B", "C") == []


def test_regions_without_a_figure_come_last_whichever_way_it_is_sorted():
    rows = standings(
        [case("A", committed=9), case("B"), case("C", committed=2), case("D", committed=2)],
        required={},
        fewest=1,
    )
    assert [r.region for r in ordered(rows, "committed")] == ["C", "D", "A", "B"]
    assert [r.region for r in ordered(rows, "committed", descending=True)] == ["A", "C", "D", "B"]
    assert [r.region for r in ordered(rows, "region", descending=True)] == ["D", "C", "B", "A"]


LINE = ["511602", "510000", "000000"]


@pytest.mark.parametrize(
    ("demands", "count"),
    [
        ([Demand(1, "000000", None, None, True)], 1),
        ([Demand(1, "000000", None, None, True), Demand(1, "510000", None, None, False)], 0),
        ([Demand(1, "000000", None, None, False), Demand(1, "511602", None, None, True)], 1),
        ([Demand(1, "000000", None, None, True), Demand(2, "000000", None, None, True)], 2),
        ([Demand(1, "130200", None, None, True)], 0),
        ([Demand(1, "511602", 7, "511602", True)], 1),
        ([Demand(1, "000000", 7, "130200", True)], 0),
        ([Demand(1, "000000", 7, "511602", True), Demand(1, "511602", 7, "511602", False)], 0),
    ],
)
def test_the_nearest_regions_ruling_decides_whether_a_service_is_required(demands, count):
    assert services_required(LINE, demands) == count
    assert services_required(LINE, reversed(demands)) == count
