"""Rings and retaliation: what is a reason to look, and what is none."""

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.anomalies import Given, Objected, retaliations, rings

NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def review(giver: str, taker: str, contract: str, mark: int, day: int = 0, known: int | None = None) -> Given:
    written = NOW + day * DAY
    return Given(
        giver, taker, contract, Fraction(mark), written, NOW + (day if known is None else known) * DAY
    )


def both(contract: str, mark: int = 5, day: int = 0) -> list[Given]:
    return [review("b", "s", contract, mark, day), review("s", "b", contract, mark, day)]


def test_three_contracts_at_the_top_from_both_sides_are_a_ring():
    three = [*both("1"), *both("2", day=100), *both("3", day=700)]
    (found,) = rings(three)
    assert (found.kind, {found.giver, found.taker}, found.contracts) == ("ring", {"b", "s"}, ("1", "2", "3"))


def test_two_or_one_sided_or_spread_over_years_are_none():
    assert rings([*both("1"), *both("2")]) == []
    assert rings([*both("1"), *both("2"), review("b", "s", "3", 5)]) == []
    assert rings([*both("1"), *both("2"), *both("3", mark=4)]) == []
    assert rings([*both("1"), *both("2", day=400), *both("3", day=731)]) == []


def test_a_low_review_soon_after_knowing_of_a_low_one_is_retaliation():
    first = review("b", "s", "1", 2, day=0, known=1)
    assert retaliations([first, review("s", "b", "2", 2, day=20)])[0].contracts == ("1", "2")
    assert retaliations([first, review("s", "b", "2", 3, day=20)]) == []
    assert retaliations([first, review("s", "b", "2", 2, day=40)]) == []


def test_reviews_of_one_contract_given_blind_never_answer_each_other():
    blind = [review("b", "s", "1", 1, day=0, known=2), review("s", "b", "1", 1, day=2, known=2)]
    assert retaliations(blind) == []


def test_a_low_review_soon_after_an_objection_is_retaliation():
    objected = Objected("s", "b", "1", NOW)
    low = review("b", "s", "2", 1, day=5)
    assert [one.giver for one in retaliations([low], [objected])] == ["b"]
    assert retaliations([review("b", "x", "2", 1, day=5)], [objected]) == []


reviews = st.lists(
    st.builds(
        review,
        st.sampled_from("bsx"),
        st.sampled_from("bsx"),
        st.sampled_from("12345"),
        st.integers(1, 5),
        st.integers(0, 60),
        st.integers(0, 60),
    ),
    max_size=15,
)


@given(reviews, st.randoms(use_true_random=False))
def test_the_order_says_nothing_and_nobody_answers_themselves(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert set(retaliations(found)) == set(retaliations(shuffled))
    for told in retaliations(found):
        low = [one for one in found if one.mark <= Fraction(5, 2)]
        assert any((one.giver, one.taker) == (told.giver, told.taker) for one in low)
        assert any((one.giver, one.taker) == (told.taker, told.giver) for one in low)
