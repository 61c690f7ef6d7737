"""The designation detector: exact against enumeration, quiet in a fair market, loud in a rigged one."""

import itertools
import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.tenders.designation import (
    FIELD,
    Contest,
    corrected,
    leads,
    leads_of_both,
    method_text,
    shares,
    upper_tail,
)

quick = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)


def by_enumeration(chances, least):
    """Every outcome of every event, one by one."""
    total = 0.0
    for outcome in itertools.product((0, 1), repeat=len(chances)):
        if sum(outcome) >= least:
            total += math.prod(p if won else 1 - p for p, won in zip(chances, outcome, strict=True))
    return total


@quick
@given(st.lists(st.floats(0, 1), max_size=9), st.integers(0, 10))
def test_the_tail_is_that_of_every_outcome_counted(chances, least):
    assert upper_tail(chances, least) == pytest.approx(by_enumeration(chances, least), abs=1e-12)


def test_the_tail_of_equal_chances_is_the_binomial_one():
    exact = sum(math.comb(40, k) * 0.25**k * 0.75 ** (40 - k) for k in range(25, 41))
    assert upper_tail([0.25] * 40, 25) == pytest.approx(exact, rel=1e-12)


def test_a_very_small_tail_is_not_lost_in_rounding():
    assert upper_tail([0.1] * 50, 50) == pytest.approx(1e-50, rel=1e-9)


def test_the_correction_is_that_of_benjamini_and_hochberg():
    """The worked example: m p(i) / i, made monotone from the largest down."""
    assert corrected([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert corrected([]) == []


@quick
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_correction_never_makes_a_value_smaller_nor_changes_the_order(values):
    adjusted = corrected(values)
    assert all(value <= after <= 1 for value, after in zip(values, adjusted, strict=True))
    pairs = sorted(zip(values, adjusted, strict=True))
    assert [after for _value, after in pairs] == sorted(after for _value, after in pairs)


def market(seed, *, rigged=0.0, tenders=600):
    """Six departments, thirty firms; of department 0's tenders a part goes to firm 0 whenever it bids."""
    dice = random.Random(seed)
    for _n in range(tenders):
        department = dice.randrange(6)
        bidders = tuple(dice.sample(range(30), dice.randint(2, 6)))
        winner = dice.choice(bidders)
        if department == 0 and dice.random() < rigged:
            bidders = (0, *(b for b in bidders if b != 0))
            winner = 0
        yield Contest(department, bidders, winner)


def test_a_fair_market_gives_hardly_any_lead():
    """Of 200 fair markets no more than one in twenty may show a lead at all (the rate promised), with room
    for the chance of the simulation itself (three standard errors)."""
    alarmed = sum(bool(leads(shares(market(seed)))) for seed in range(200))
    assert alarmed / 200 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)


def test_a_rigged_department_is_found_and_no_other():
    for seed in range(20):
        found = leads(shares(market(seed, rigged=0.5)))
        assert (found[0].department, found[0].firm) == (0, 0)
        assert sum((one.department, one.firm) != (0, 0) for one in found) <= 1


def test_few_tenders_and_single_bidders_say_nothing():
    alone = [Contest(1, (7,), 7)] * 50
    few = [Contest(1, (7, 8), 7)] * 7
    assert shares(alone + few) == []
    enough = shares([Contest(1, (7, 8), 7)] * 8)
    assert [(one.firm, one.tenders, one.wins, one.expected) for one in enough] == [
        (7, 8, 8, 4.0),
        (8, 8, 0, 4.0),
    ]
    assert enough[0].p == pytest.approx(0.5**8)
    assert shares([Contest(1, (7, 8), 9)] * 9) == []


def test_work_given_without_competition_counts_against_all_who_could_have_served():
    alone = [Contest(1, (7,), 7, field=(7, 8, 9, 10))] * 10
    assert shares(alone) == []
    [found, *others] = shares(alone, basis=FIELD)
    assert (found.firm, found.tenders, found.wins, found.expected) == (7, 10, 10, 2.5)
    assert (found.uncontested, found.basis) == (10, "field")
    assert found.p == pytest.approx(0.25**10)
    assert {(one.firm, one.wins, one.p) for one in others} == {(8, 0, 1.0), (9, 0, 1.0), (10, 0, 1.0)}
    assert shares([Contest(1, (7,), 7)] * 10, basis=FIELD) == [], "who is alone in the field is not preferred"


def test_a_winner_and_bidders_are_always_of_the_field():
    [contest] = [Contest(1, (7, 8), 7, field=(9,))]
    assert contest.among(FIELD) == [7, 8, 9]
    assert contest.among("bidders") == [7, 8]


def test_what_the_first_test_finds_is_not_listed_again():
    rows = [Contest(1, (7, 8, 9), 7, field=(10,))] * 10 + [Contest(1, (11,), 11, field=(7, 8, 9, 10))] * 10
    found = leads_of_both(shares(rows), shares(rows, basis=FIELD))
    assert [(one.firm, one.basis) for one in found] == [(7, "bidders"), (11, "field")]


def test_a_fair_market_without_competition_gives_hardly_any_lead():
    """Half of the awards are made directly to one of all who could serve, by lot."""

    def fair(seed):
        dice = random.Random(seed)
        for _n in range(600):
            field = tuple(dice.sample(range(30), 8))
            bidders = (dice.choice(field),) if dice.random() < 0.5 else field
            yield Contest(dice.randrange(6), bidders, dice.choice(bidders), field=field)

    alarmed = sum(bool(leads(shares(fair(seed), basis=FIELD))) for seed in range(100))
    assert alarmed / 100 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 100)


def test_each_method_says_among_whom():
    assert "valid bidder" in method_text()
    assert "without competition" in method_text(FIELD)
