"""The level of an intermediary, from the reviews of its work: the worked example, and what always holds."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.credit import Rated, Weighing, contract_mark, reckon
from marketplace.contracts.indicators import By, faults, indicators_for, mark
from marketplace.contracts.views.credit import DAY, example

RULE = Weighing(
    weights={"buyer": 5, "department": 3, "centre": 2},
    ages=((365, Fraction(1)), (730, Fraction(1, 2)), (1095, Fraction(1, 4))),
    least_contracts=3,
    least_buyers=2,
    stars=(
        (5, Decimal("4.50")),
        (4, Decimal("4.00")),
        (3, Decimal("3.00")),
        (2, Decimal("2.00")),
        (1, Decimal("1.00")),
    ),
)

marks = st.dictionaries(
    st.sampled_from(["buyer", "department", "centre"]),
    st.integers(4, 20).map(lambda n: Fraction(n, 4)),
    max_size=3,
)


@st.composite
def reviewed(draw: st.DrawFn) -> list[Rated]:
    found = draw(
        st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.integers(0, 1500), marks), min_size=0, max_size=12)
    )
    return [
        Rated(f"c{n}", buyer, DAY - dt.timedelta(days=days), given_)
        for n, (buyer, days, given_) in enumerate(found)
    ]


def test_the_worked_example_comes_to_what_the_page_and_the_document_say():
    worked = example(RULE)
    assert (worked.level, worked.score, worked.contracts, worked.buyers) == (4, Decimal("4.23"), 3, 2)
    assert [(line.mark, line.weight) for line in worked.lines] == [
        (Fraction(1), Fraction(0)),
        (Fraction(4), Fraction(1, 2)),
        (Fraction(4), Fraction(1)),
        (Fraction(47, 10), Fraction(1)),
    ]
    said = (Path(settings.BASE_DIR) / "docs" / "credit.md").read_text(encoding="utf-8")
    assert re.search(r"= 4\.23, four stars", said)


@given(reviewed())
def test_a_score_lies_between_the_marks_it_is_made_of(rated):
    found = reckon(rated, RULE, on=DAY)
    counted = [line.mark for line in found.lines if line.counts]
    assert found.contracts == len(counted)
    if found.score is None:
        assert found.level is None
        assert len(counted) < 3 or found.buyers < 2
    else:
        rounding = Fraction(1, 200)
        assert min(counted) - rounding <= Fraction(found.score) <= max(counted) + rounding
        assert found.level == RULE.level(found.score)


@given(reviewed(), st.randoms(use_true_random=False))
def test_the_order_of_reviews_says_nothing(rated, random):
    shuffled = list(rated)
    random.shuffle(shuffled)
    assert reckon(shuffled, RULE, on=DAY) == reckon(rated, RULE, on=DAY)


@given(reviewed(), st.integers(0, 11), st.sampled_from(["buyer", "department", "centre"]))
def test_a_better_mark_never_lowers_a_level(rated, index, by):
    if index >= len(rated) or by not in rated[index].marks:
        return
    before = reckon(rated, RULE, on=DAY)
    one = rated[index]
    better = Rated(one.contract, one.buyer, one.on, {**one.marks, by: Fraction(5)})
    after = reckon([*rated[:index], better, *rated[index + 1 :]], RULE, on=DAY)
    assert (after.contracts, after.buyers) == (before.contracts, before.buyers)
    if before.score is not None:
        assert after.score >= before.score
        assert after.level >= before.level


@given(reviewed(), marks)
def test_what_is_too_old_or_to_come_changes_nothing(rated, given_):
    before = reckon(rated, RULE, on=DAY)
    old = Rated("old", "戊", DAY - dt.timedelta(days=1095), given_)
    later = Rated("later", "戊", DAY + dt.timedelta(days=1), given_)
    after = reckon([*rated, old, later], RULE, on=DAY)
    assert (after.level, after.score, after.contracts, after.buyers) == (
        before.level,
        before.score,
        before.contracts,
        before.buyers,
    )


@given(st.integers(1, 30))
def test_a_friend_who_buys_often_has_one_voice(times):
    """However many top contracts a friend adds, two honest buyers' low marks weigh two thirds."""
    honest = [Rated(f"h{n}", buyer, DAY, {"buyer": Fraction(2)}) for n, buyer in enumerate("甲乙")]
    friends = [Rated(f"f{n}", "友", DAY, {"buyer": Fraction(5)}) for n in range(times)]
    assert reckon([*honest, *friends], RULE, on=DAY).score == Decimal("3.00")


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"buyer": 5, "department": 4, "centre": 5}, Fraction(47, 10)),
        ({"buyer": 4}, Fraction(4)),
        ({"department": 3, "centre": 5}, Fraction(19, 5)),
        ({"centre": 5}, None),
        ({}, None),
    ],
    ids=["all", "buyer-alone", "no-buyer", "centre-alone", "nobody"],
)
def test_the_weights_of_who_said_nothing_fall_away(given_, expected):
    assert contract_mark({by: Fraction(n) for by, n in given_.items()}, RULE.weights) == expected


@pytest.mark.parametrize(
    ("days", "weight"), [(0, 1), (364, 1), (365, Fraction(1, 2)), (1094, Fraction(1, 4)), (1095, 0)]
)
def test_the_bounds_of_an_age_are_half_open(days, weight):
    assert RULE.of_age(days) == weight


def test_a_dimension_weighs_the_same_however_many_of_its_lines_were_rated():
    assert mark(By.DEPARTMENT, {"sound": 5, "usable": 3, "on_time": 2}) == Fraction(3)
    with pytest.raises(ValueError, match="rates something"):
        mark(By.CENTRE, {})


def test_there_are_ten_lines_in_five_dimensions():
    told = indicators_for(By.BUYER)
    assert (len(told), len({one.dimension for one in told})) == (10, 5)


@pytest.mark.parametrize(
    ("by", "given_", "wrong"),
    [
        (By.BUYER, {"sound": 5}, True),
        (By.DEPARTMENT, {"sound": 5}, False),
        (By.DEPARTMENT, {}, True),
        (By.CENTRE, {"sound": 6}, True),
        (By.CENTRE, {"sound": True}, True),
        (By.CENTRE, {"clear": 3}, True),
        (By.SELLER, {"clear": 3, "papers": 3, "answers": 3, "pays": 3, "fair": 3}, False),
    ],
    ids=["part", "part-of-department", "nothing", "six", "no-number", "not-its-line", "seller"],
)
def test_what_a_side_may_rate(by, given_, wrong):
    assert bool(faults(by, given_)) is wrong
