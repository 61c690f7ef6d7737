"""Methods as pure functions: the definitions written a second time, and what must hold for any bids."""

import datetime as dt
import hashlib
import json
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.tenders.methods import METHODS, BadParameters, Candidate
from marketplace.tenders.methods.best_value import combined, outlying, price_points
from marketplace.tenders.methods.telling import told
from marketplace.tenders.methods.ties import EARLIEST, FEWEST_DAYS, LOT, Indistinguishable, lot
from marketplace.tenders.models import Method

START = dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC)
PRICES = st.decimals(min_value="0.01", max_value="99999.99", places=2)
TIES = [EARLIEST, FEWEST_DAYS, LOT]


def candidate(key: int, price: Decimal | str, **fields: object) -> Candidate:
    defaults = {
        "submitted_at": START + dt.timedelta(seconds=key),
        "days": 10,
        "digest": hashlib.sha256(f"{key}".encode()).hexdigest(),
    }
    return Candidate(key=key, price=Decimal(price), **defaults | fields)


@st.composite
def fields_of_bids(draw: st.DrawFn) -> list[Candidate]:
    """Up to twelve bids, many of them equal in price, days or second of submission."""
    rows = draw(
        st.lists(
            st.tuples(PRICES | st.just(Decimal("900.00")), st.integers(1, 3), st.integers(0, 2)), max_size=12
        )
    )
    return [
        candidate(
            key,
            price,
            days=days,
            submitted_at=START + dt.timedelta(seconds=second),
            marks={"m": (Decimal(key % 3), Decimal(2), Decimal(days))},
            place=key,
        )
        for key, (price, days, second) in enumerate(rows, start=1)
    ]


def settings_of(code: str, tie_rule: str) -> dict:
    raw: dict = {"tie_rule": tie_rule} if any(p.name == "tie_rule" for p in METHODS[code].parameters) else {}
    if code == "best_value":
        raw |= {"price_weight": "90", "criteria": "m | 10"}
    if code == "direct_choice":
        raw |= {"reason": "ten characters and more"}
    return METHODS[code].clean(raw)


def test_every_method_of_a_tender_is_in_the_registry_and_the_other_way_round():
    assert list(METHODS) == Method.values
    assert {code: str(m.name) for code, m in METHODS.items()} == {m.value: str(m.label) for m in Method}


@pytest.mark.parametrize("code", sorted(METHODS))
def test_the_worked_example_is_what_the_method_computes(code):
    method = METHODS[code]
    assert method.worked().placed[0].key == method.example.winner
    rows = told(method).rows
    assert rows[0].won
    assert [row.won for row in rows].count(True) == 1


@pytest.mark.parametrize("tie_rule", TIES)
@pytest.mark.parametrize("code", sorted(METHODS))
@given(data=st.data())
def test_the_order_of_the_rows_never_matters(code, tie_rule, data):
    bids = data.draw(fields_of_bids())
    settings = settings_of(code, tie_rule)
    shuffled = random.Random(1).sample(bids, len(bids))
    assert METHODS[code].rank(bids, settings) == METHODS[code].rank(shuffled, settings)


@pytest.mark.parametrize("code", sorted(set(METHODS) - {"random_draw", "direct_choice"}))
@given(bids=fields_of_bids())
def test_everybody_has_one_rank(code, bids):
    ranked = METHODS[code].rank(bids, settings_of(code, LOT)).placed
    assert sorted(one.key for one in ranked) == sorted(bid.key for bid in bids)
    assert [one.rank for one in ranked] == list(range(1, len(bids) + 1))


@given(bids=fields_of_bids())
def test_nobody_who_asked_less_stands_behind(bids):
    prices = {bid.key: bid.price for bid in bids}
    ranked = [prices[one.key] for one in METHODS["lowest_price"].rank(bids, {"tie_rule": EARLIEST}).placed]
    assert ranked == sorted(ranked)


def slow_average(prices: list[Decimal], trim: int, trim_from: int, factor: int) -> list[Decimal]:
    """The definition on the page once more, by removing one price at a time."""
    left = list(prices)
    if len(left) >= trim_from and len(left) > 2 * trim:
        for _ in range(trim):
            left.remove(max(left))
            left.remove(min(left))
    # compare a/b by cross multiplication, never rounding: |price - sum*factor/(100 n)|
    total, n = sum(left, Decimal(0)), len(left)
    distance = {price: abs(price * 100 * n - total * factor) for price in prices}
    return sorted(prices, key=lambda price: (distance[price], price))


@given(
    prices=st.lists(PRICES, min_size=1, max_size=10),
    trim=st.integers(0, 3),
    trim_from=st.integers(3, 8),
    factor=st.integers(80, 100),
)
def test_the_nearest_to_the_trimmed_mean_comes_first(prices, trim, trim_from, factor):
    bids = [candidate(n, price) for n, price in enumerate(prices, start=1)]
    settings = METHODS["average_price"].clean({"trim": str(trim), "trim_from": trim_from, "factor": factor})
    ranked = METHODS["average_price"].rank(bids, settings).placed
    assert [bids[one.key - 1].price for one in ranked] == slow_average(prices, trim, trim_from, factor)


def test_a_wild_price_does_not_move_the_trimmed_mean():
    settings = METHODS["average_price"].clean({})
    prices = ["9000", "10000", "10400", "10900", "16000"]
    usual = METHODS["average_price"].rank([candidate(n, p) for n, p in enumerate(prices, 1)], settings)
    wild = METHODS["average_price"].rank(
        [candidate(n, p) for n, p in enumerate([*prices[:-1], "999999"], 1)], settings
    )
    assert usual.reference == wild.reference == Decimal("10433.33")
    assert [p.key for p in usual.placed] == [p.key for p in wild.placed]


@given(low=PRICES, other=PRICES, weight=st.integers(10, 90))
def test_price_points_are_the_weight_for_the_lowest_and_less_for_the_others(low, other, weight):
    lowest = min(low, other)
    assert price_points(lowest, lowest=lowest, weight=Decimal(weight)) == weight
    assert 0 <= price_points(max(low, other), lowest=lowest, weight=Decimal(weight)) <= weight


@given(
    points=st.lists(st.decimals(0, 40, places=1), min_size=1, max_size=9),
    how=st.sampled_from(["mean", "trimmed", "median"]),
)
def test_combined_points_lie_between_the_lowest_and_the_highest_and_know_no_order(points, how):
    value = combined(points, how)
    assert min(points) <= value <= max(points)
    assert value == combined(list(reversed(points)), how)


def test_one_evaluator_alone_cannot_move_a_median_or_a_trimmed_mean_without_bound():
    fair = [Decimal(n) for n in (30, 31, 32, 33, 34)]
    bent = [*fair[:-1], Decimal(0)]
    assert abs(combined(fair, "trimmed") - combined(bent, "trimmed")) <= 2
    assert abs(combined(fair, "median") - combined(bent, "median")) <= 1


@pytest.mark.parametrize(
    ("totals", "marked"),
    [
        ({1: "70", 2: "72", 3: "30"}, {3}),
        ({1: "70", 2: "72", 3: "49.7"}, set()),  # the median is 70; 30 percent of it is 21
        ({1: "70", 2: "72", 3: "48.99"}, {3}),
        ({1: "70", 2: "20"}, set()),
    ],
)
def test_who_is_far_from_the_panel_is_marked(totals, marked):
    points = {who: Decimal(total) for who, total in totals.items()}
    assert outlying(points, share=Decimal(30)) == marked


@pytest.mark.parametrize("rule", TIES)
def test_equal_bids_are_told_apart_by_the_rule_named_and_marked_as_tied(rule):
    bids = [candidate(1, 900), candidate(2, 900, days=5), candidate(3, 900)]
    by_lot = min(bids, key=lambda bid: lot(bid, bids))
    bids = [replace(bid, key=10 if bid is by_lot else bid.key) for bid in bids]
    expected = {EARLIEST: bids[0].key, FEWEST_DAYS: bids[1].key, LOT: 10}[rule]
    ranked = METHODS["lowest_price"].rank([*bids, candidate(9, 901)], {"tie_rule": rule}).placed
    assert ranked[0].key == expected
    assert [one.tied for one in ranked] == [True, True, True, False]


def test_the_lot_is_the_one_the_page_describes():
    bids = [candidate(n, 900, digest=digest * 64) for n, digest in enumerate("cab", start=1)]
    lots = {
        bid.key: hashlib.sha256("\n".join(["a" * 64, "b" * 64, "c" * 64, bid.digest]).encode()).hexdigest()
        for bid in bids
    }
    ranked = METHODS["lowest_price"].rank(bids, {"tie_rule": LOT}).placed
    assert [one.key for one in ranked] == sorted(lots, key=lots.__getitem__)


def test_bids_that_nothing_tells_apart_are_refused_rather_than_ordered_by_row():
    twin = candidate(1, 900)
    with pytest.raises(Indistinguishable):
        METHODS["lowest_price"].rank([twin, replace(twin, key=2)], {"tie_rule": EARLIEST})


def test_the_auction_goes_by_the_last_price_and_then_by_when_it_was_reached():
    bids = [
        candidate(1, 880, reached_at=START + dt.timedelta(seconds=95)),
        candidate(2, 880, reached_at=START + dt.timedelta(seconds=60)),
        candidate(3, 900),
    ]
    ranked = METHODS["price_auction"].rank(bids, METHODS["price_auction"].clean({})).placed
    assert [one.key for one in ranked] == [2, 1, 3]


def test_who_was_not_drawn_has_no_rank():
    bids = [candidate(1, 900), candidate(2, 800, place=1)]
    assert [one.key for one in METHODS["random_draw"].rank(bids, {}).placed] == [2]


@pytest.mark.parametrize(
    ("code", "raw", "fault"),
    [
        ("lowest_price", {"tie_rule": "first row"}, "tie_rule"),
        ("lowest_price", {"rounds": 3}, "rounds"),
        ("average_price", {"trim": "-1"}, "trim"),
        ("average_price", {"trim": "1.5"}, "trim"),
        ("average_price", {"factor": "NaN"}, "factor"),
        ("average_price", {"factor": "101"}, "factor"),
        ("price_auction", {"round_seconds": "soon"}, "round_seconds"),
        ("best_value", {"price_weight": "40"}, "criteria"),
        ("best_value", {"criteria": "no weight"}, "criteria"),
        ("best_value", {"criteria": "twice | 35\ntwice | 35"}, "criteria"),
        ("best_value", {"criteria": "below nought | -5\nb | 75"}, "criteria"),
        ("direct_choice", {"reason": "short"}, "reason"),
    ],
)
def test_a_bad_parameter_is_named(code, raw, fault):
    with pytest.raises(BadParameters) as refusal:
        METHODS[code].clean(raw)
    assert fault in refusal.value.faults


@pytest.mark.parametrize("code", sorted(METHODS))
def test_cleaned_parameters_are_json_and_clean_again_to_themselves(code):
    once = settings_of(code, EARLIEST)
    assert METHODS[code].clean(json.loads(json.dumps(once))) == once
