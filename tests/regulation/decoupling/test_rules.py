"""The rule: same graph, same day, same answer, and a chain that is really there."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulation.decoupling.control import controlled_by
from regulation.decoupling.graph import Graph, Interest, canonical, digest_of
from regulation.decoupling.matter import Matter
from regulation.decoupling.rules import PACK, Finding, judge, shipped_pack

DAY = dt.date(2026, 11, 24)
D, I = "department", "intermediary"  # noqa: E741


def tie(holder: str, subject: str, kind: str = "setUp", share: object = None, **fields: object) -> Interest:
    low, high = share if isinstance(share, tuple) else (share, share)
    return Interest(
        holder=holder,
        subject=subject,
        kind=kind,
        share_min=None if low is None else Decimal(str(low)),
        share_max=None if high is None else Decimal(str(high)),
        **fields,
    )


def found(graph: Graph, intermediary: str = I, on: dt.date = DAY, **fields: object) -> Finding:
    matter = {"authority": D, "gate": "bid", "declared": True} | fields
    return judge(graph, Matter(intermediary=intermediary, on=on, **matter), shipped_pack(PACK))


def outcome(*ties: Interest, **fields: object) -> str:
    return found(Graph.of(ties), **fields).outcome


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing on record", [], "clear"),
        ("a subordinate body", [tie(D, I, "affiliation")], "conflicted"),
        ("a supervised organisation", [tie(D, I, "supervision")], "conflicted"),
        ("an enterprise it set up", [tie(D, I, "setUp")], "conflicted"),
        ("set up by its subordinate body", [tie(D, "a", "affiliation"), tie("a", I)], "conflicted"),
        ("controlled otherwise", [tie(D, I, "otherInfluenceOrControl")], "conflicted"),
        ("a majority", [tie(D, I, "shareholding", 51)], "conflicted"),
        ("exactly half is no control, but two persons look", [tie(D, I, "shareholding", 50)], "unknown"),
        ("a hair over half", [tie(D, I, "shareholding", "50.0001")], "conflicted"),
        ("a minority", [tie(D, I, "shareholding", 10)], "clear"),
        ("a share not stated is not zero", [tie(D, I, "shareholding")], "unknown"),
        ("a share that may be a majority", [tie(D, I, "shareholding", (40, 60))], "unknown"),
        ("a range above half", [tie(D, I, "votingRights", (51, 60))], "conflicted"),
        ("not stated further up", [tie(D, "a"), tie("a", I, "shareholding")], "unknown"),
        ("a director is not control", [tie(D, I, "boardMember")], "clear"),
        ("somebody else's enterprise", [tie("other", I)], "clear"),
        ("the arrow points the other way", [tie(I, D)], "clear"),
        ("a name alone is a lead", [tie(D, I, tier="C")], "clear"),
        ("a cycle above", [tie("a", I), tie("b", "a"), tie("a", "b"), tie(I, "b")], "clear"),
        ("a self-holding", [tie(I, I)], "clear"),
    ],
)
def test_what_bars_an_intermediary(case, ties, expected):
    assert outcome(*ties) == expected, case


def test_conflicted_beats_unknown():
    assert outcome(tie(D, I, "shareholding"), tie(D, "a"), tie("a", I)) == "conflicted"


@pytest.mark.parametrize(
    ("case", "start", "end", "expected"),
    [
        ("ends tomorrow", None, DAY + dt.timedelta(days=1), "conflicted"),
        ("ended today: the end is exclusive", None, DAY, "clear"),
        ("starts today", DAY, None, "conflicted"),
        ("starts tomorrow", DAY + dt.timedelta(days=1), None, "clear"),
    ],
)
def test_an_interest_counts_from_its_start_to_before_its_end(case, start, end, expected):
    assert outcome(tie(D, I, start=start, end=end)) == expected, case


def test_without_a_declaration_nothing_is_clear():
    made = found(Graph.of([]), declared=False)
    assert (made.outcome, made.reason) == ("unknown", "no_declaration")


def test_a_department_may_not_serve_itself():
    made = found(Graph.of([]), intermediary=D)
    assert (made.outcome, made.rule) == ("conflicted", "affiliated-body")


def test_ten_thousand_levels_are_walked():
    names = [D, *(str(n) for n in range(10_000)), I]
    graph = Graph.of(tie(a, b) for a, b in itertools.pairwise(names))
    assert len(controlled_by(graph, D, certain=True).chain(I)) == 10_001
    assert found(graph).outcome == "conflicted"


patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
names = st.sampled_from([D, I, "a", "b", "c", "d"])
graphs = st.lists(
    st.builds(
        tie,
        names,
        names,
        st.sampled_from(["setUp", "affiliation", "shareholding", "boardMember"]),
        st.sampled_from([None, 10, 60]),
    ),
    max_size=8,
)


@patient
@given(graphs)
def test_every_holder_of_a_chain_is_the_department_or_reached_from_it(ties):
    made = found(Graph.of(ties))
    if made.outcome == "conflicted":
        assert set(made.chain) <= set(ties)
        assert made.chain[-1].subject == I
        assert {i.holder for i in made.chain} <= {D, *(i.subject for i in made.chain)}


@patient
@given(graphs, graphs)
def test_more_interests_never_clear_a_conflict(ties, more):
    if outcome(*ties) == "conflicted":
        assert outcome(*ties, *more) == "conflicted"


@patient
@given(graphs, st.randoms())
def test_order_changes_neither_answer_nor_digest(ties, random):
    shuffled = list(ties)
    random.shuffle(shuffled)
    assert digest_of(Graph.of(ties).as_json()) == digest_of(Graph.of(shuffled).as_json())
    assert outcome(*ties) == outcome(*shuffled)


plain = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
keys = st.text(st.characters(max_codepoint=126), max_size=5)


@patient
@given(st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10))
def test_canonical_json_is_that_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


@patient
@given(graphs)
def test_a_stored_graph_comes_back_the_same(ties):
    graph = Graph.of(ties)
    assert Graph.from_json(graph.as_json()) == graph


def test_a_part_of_the_graph_may_prove_a_tie_but_never_its_absence():
    assert found(Graph.of([tie(D, I)]), whole=False).outcome == "conflicted"
    made = found(Graph.of([]), whole=False)
    assert (made.outcome, made.reason) == ("unknown", "graph_too_large")
