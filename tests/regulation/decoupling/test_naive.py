"""The gate against `naive.py` on random graphs, and what it reads against all rows of the record."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulation.decoupling.control import controlled_by, effective_share
from regulation.decoupling.graph import Graph, Node
from regulation.decoupling.matter import Matter
from regulation.decoupling.rules import PACK, grounds_of, judge, shipped_pack
from tests.regulation.decoupling import naive
from tests.regulation.decoupling.test_grounds import DAY, tie

TOP, BOTTOM = "dept", "body"
ENTITIES = (TOP, BOTTOM, "a", "b", "c")
PEOPLE = ("person/p", "person/q")
NODES = (
    Node(TOP, "department"),
    *(Node(name, "enterprise") for name in ENTITIES[1:]),
    *(Node(name, "person") for name in PEOPLE),
)
thousand = settings(
    max_examples=1_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
shares = st.sampled_from([None, 0, 10, 25, 26, 50, 51, 60, 100, (0, 30), (40, 60)])
days = st.sampled_from([(None, None), (DAY, None), (None, DAY), (None, DAY + dt.timedelta(1))])


@st.composite
def interests(draw, kinds=("shareholding", "shareholding", "votingRights", "setUp", "supervision")):
    kind = draw(st.sampled_from(kinds))
    start, end = draw(days)
    return tie(
        draw(st.sampled_from(ENTITIES)),
        draw(st.sampled_from(ENTITIES)),
        kind,
        draw(shares) if kind in naive.SHARES else None,
        source=draw(st.sampled_from("st")),
        ref=str(draw(st.integers(0, 2))),
        tier=draw(st.sampled_from("AAABC")),
        start=start,
        end=end,
    )


@st.composite
def posts(draw):
    kind = draw(st.sampled_from(["official", "boardMember", "shareholding"]))
    subject = TOP if kind == "official" else draw(st.sampled_from(ENTITIES[1:]))
    share = draw(shares) if kind == "shareholding" else None
    return tie(draw(st.sampled_from(PEOPLE)), subject, kind, share, ref=str(draw(st.integers(0, 2))))


graphs = st.lists(interests(), max_size=9)
merges = st.lists(st.tuples(st.sampled_from(ENTITIES[1:]), st.sampled_from(ENTITIES[1:])), max_size=2)


def one_each(ties):
    """Interests as a record holds them: each reference once."""
    return [replaced(i, n) for n, i in enumerate(ties)]


def replaced(interest, n):
    return type(interest).from_json(interest.as_json() | {"ref": str(n)})


@thousand
@given(graphs, merges, st.booleans())
def test_who_is_controlled(ties, same, certain):
    ties = one_each(ties)
    found = controlled_by(Graph.of(ties, NODES, same).on(DAY), TOP, certain=certain)
    told = naive.controlled(naive.on(ties, DAY), TOP, certain=certain, same=same)
    names = {name for i in ties for name in (i.holder, i.subject)} | {n for pair in same for n in pair}
    assert {name for name in names | {TOP} if name in found} == told & (names | {TOP})


@thousand
@given(st.lists(interests(kinds=("shareholding",)), max_size=8), st.booleans())
def test_effective_shares(ties, certain):
    ties = naive.on(one_each(ties), DAY)
    found = effective_share(Graph.of(ties), TOP, BOTTOM, certain=certain)
    told = naive.effective(ties, TOP, BOTTOM, certain=certain)
    assert (found is None) == (told is None)
    if found is not None:
        assert abs(Fraction(found) - told) < Fraction(1, 10**9)


@thousand
@given(graphs, st.lists(posts(), max_size=4), merges)
def test_what_is_judged(ties, people, same):
    """Rules one by one, and the outcome of a pack of two of them."""
    ties = one_each([*ties, *people])
    graph, held = Graph.of(ties, NODES, same), naive.on(ties, DAY)
    told = {
        "affiliated-body": naive.affiliation(held, TOP, BOTTOM, same),
        "serving-official": naive.serving(held, TOP, BOTTOM, lambda name: name in PEOPLE, same),
    }
    matter = Matter(intermediary=BOTTOM, authority=TOP, on=DAY, gate="bid", declared=True)
    found = grounds_of(graph, matter, shipped_pack(PACK))
    for rule, said in told.items():
        sure = [ground.certain for ground in found if ground.rule == rule]
        assert ("bar" if any(sure) else "doubt" if sure else None) == said, rule
    if "bar" in told.values():
        assert judge(graph, matter, shipped_pack(PACK)).outcome == "conflicted"
    elif "doubt" in told.values():
        assert judge(graph, matter, shipped_pack(PACK)).outcome == "unknown"


@thousand
@given(st.lists(interests(kinds=("shareholding", "boardMember", "setUp")), max_size=8))
def test_any_tie_within_four_steps(ties):
    ties = one_each(ties)
    held = naive.on(ties, DAY)
    who = naive.parties(held, (), [TOP, BOTTOM])

    def within(counts):
        return naive.paths(held, who, who[BOTTOM], who[TOP], 4, counts)

    sure = within(lambda i: i.kind != "shareholding" or i.share_min is None or i.share_min > 0)
    perhaps = within(lambda i: i.kind != "shareholding" or i.share_max != 0)
    matter = Matter(BOTTOM, TOP, DAY, "bid", declared=True, service="eia-report")
    found = [g for g in grounds_of(Graph.of(ties, NODES), matter, shipped_pack(PACK)) if "eia" in g.rule]
    assert [ground.certain for ground in found] == ([True] if sure else [False] if perhaps else [])


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("a chain", [tie(TOP, "a", share=50), tie("a", BOTTOM, share=50)], "25"),
        (
            "two ways add up",
            [tie(TOP, "a", share=50), tie("a", BOTTOM, share=50), tie(TOP, BOTTOM, share=10)],
            "35",
        ),
        ("a circle", [tie(TOP, "a", share=50), tie("a", BOTTOM, share=60), tie(BOTTOM, "a", share=20)], None),
        ("a party that holds itself", [tie(TOP, BOTTOM, share=40), tie(BOTTOM, BOTTOM, share=20)], "50"),
        ("more than a whole", [tie(TOP, BOTTOM, share=80), tie("a", BOTTOM, share=80)], "80"),
    ],
)
def test_worked_shares(case, ties, expected):
    found = effective_share(Graph.of(ties), TOP, BOTTOM, certain=True)
    if expected is None:  # 0.6 x 0.5 / (1 - 0.6 x 0.2), which is 34.0909...
        assert round(found, 4) == Decimal("34.0909")
    else:
        assert found == Decimal(expected), case


def test_a_circle_that_nobody_else_owns_has_no_share():
    ties = [tie("a", "b", share=100), tie("b", "a", share=100), tie("b", BOTTOM, share=60)]
    assert effective_share(Graph.of(ties), TOP, BOTTOM, certain=True) is None
    over = [
        tie("a", "b", share=100),
        tie("c", "b", share=100),
        tie("b", "a", share=100),
        tie("b", "c", share=100),
    ]
    assert effective_share(Graph.of([*over, tie("b", BOTTOM, share=60)]), TOP, BOTTOM, certain=True) is None
