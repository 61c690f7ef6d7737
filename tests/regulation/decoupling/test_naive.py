"""The gate against `naive.py` on random graphs, and what it reads against all rows of the record."""

import datetime as dt
import itertools
import os
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regulation.decoupling.control import controlled_by, effective_share
from regulation.decoupling.graph import Graph, Node
from regulation.decoupling.matter import Avoided, Matter, Part
from regulation.decoupling.rules import PACK, grounds_of, judge, shipped_pack
from tests.regulation.decoupling import naive, naive_rules
from tests.regulation.decoupling.naive_rules import Case
from tests.regulation.decoupling.test_grounds import DAY, tie

TOP, BOTTOM = "dept", "body"
ENTITIES = (TOP, BOTTOM, "a", "b", "c")
PEOPLE = ("person/p", "person/q")
NODES = (
    Node(TOP, "department"),
    *(Node(name, "enterprise") for name in ENTITIES[1:]),
    *(Node(name, "person") for name in PEOPLE),
)
thousand = settings(  # a thousand by `./run bench naive`, a few at every run of the tests
    max_examples=int(os.environ.get("NAIVE_EXAMPLES", "100")),
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


EVERYBODY = {
    "dept": "department",
    "dept2": "department",
    "body": "intermediary",
    "rival": "intermediary",
    "owner": "enterprise",
    "a": "enterprise",
    "b": "public_institution",
    "assoc": "industry_association",
    "person/p": "person",
    "person/q": "person",
    "person/s": "person",
}
DEPARTMENTS, FIRMS = ("dept", "dept2"), ("body", "rival", "owner", "a", "b", "assoc")
HUMANS = ("person/p", "person/q", "person/s")
BETWEEN = ("setUp", "supervision", "affiliation", "sponsorship", "appointmentOfBoard", "shareholding")
BETWEEN += ("shareholding", "votingRights", "samePremises", "sameFinances", "sameContact")
OF_PEOPLE = ("boardMember", "legalRepresentative", "practitioner", "shareholding", "otherInfluenceOrControl")
SERVICES = ("", "eia-report", "eia-technical-review", "asset-appraisal", "construction-drawing-review")
SERVICES += ("construction-supervision",)
SHANDONG, EIA_DAY = ("370100", "370000", "000000"), dt.date(2026, 9, 1)
DAYS = (DAY, DAY, DAY, dt.date(2016, 2, 29), dt.date(2021, 5, 1))
ENDS = (None, None, None, 0, 1, -300, -2 * 365, -800, -3 * 365 - 1)  # days from the matter's own


@st.composite
def ties_of(draw, day):
    """An interest of any kind; towards the department and the firm more often than by chance."""
    sort = draw(st.sampled_from(["between", "between", "post", "office", "kin"]))
    end = draw(st.sampled_from(ENDS))
    facts = {"source": draw(st.sampled_from("st")), "tier": draw(st.sampled_from("AAAAABC"))}
    facts |= {"end": None if end is None else day + dt.timedelta(end)}
    facts |= {"start": day + dt.timedelta(1) if draw(st.integers(0, 15)) == 7 and not facts["end"] else None}
    if sort == "office":
        where = draw(st.sampled_from(["dept", "dept", "dept2"]))
        rank = draw(st.sampled_from(["", "leading", "other"]))
        return tie(draw(st.sampled_from(HUMANS)), where, "official", rank=rank, **facts)
    if sort == "kin":
        return tie(draw(st.sampled_from(HUMANS)), draw(st.sampled_from(HUMANS)), "closeKin", **facts)
    kind = draw(st.sampled_from(OF_PEOPLE if sort == "post" else BETWEEN))
    holder = draw(st.sampled_from(HUMANS if sort == "post" else (*DEPARTMENTS, "dept", *FIRMS)))
    subject = draw(st.sampled_from(("body", "body", *FIRMS, "dept") if sort == "post" else ("body", *FIRMS)))
    return tie(holder, subject, kind, draw(shares) if kind in naive.SHARES else None, **facts)


HELD = "a share that matters"  # drawn anew for each use; None, a share that is not told, is a doubt
SHARES_THAT_MATTER = (100, 60, 51, 30, 10, None, None, (40, 60), (0, 30))
OFFICIAL = ("person/p", "dept", "official")
MOTIFS = {  # what each rule looks for: interests, and what the matter is about; random ones come on top
    "nothing": ([], {}),
    "a body of the department": ([("dept", "body", HELD)], {}),
    "a body in Shandong": ([("dept", "body", HELD)], {"day": dt.date(2016, 2, 29), "place": SHANDONG}),
    "an association": ([("dept", "assoc", "supervision"), ("assoc", "body", HELD)], {}),
    "an official on the board": ([OFFICIAL, ("person/p", "body", "boardMember")], {}),
    "an official with a share": ([OFFICIAL, ("person/p", "body", HELD)], {}),
    "who was an official": ([(*OFFICIAL, -800), ("person/p", "body", HELD)], {}),
    "kin of an official": (
        [OFFICIAL, ("person/p", "person/q", "closeKin"), ("person/q", "body", HELD)],
        {},
    ),
    "the same premises": ([("dept", "body", "samePremises")], {}),
    "an assessor with an interest": (
        [("dept", "a", "supervision"), ("a", "body", HELD)],
        {"service": "eia-report", "day": EIA_DAY},
    ),
    "an assessor of the owner's": (
        [("owner", "body", HELD)],
        {"service": "eia-report", "owner": "owner", "day": EIA_DAY},
    ),
    "a valuer of the owner's": (
        [("owner", "body", HELD)],
        {"service": "asset-appraisal", "owner": "owner"},
    ),
    "two bidders, one control": ([("body", "rival", HELD)], {"rivals": ("rival",), "gate": "award"}),
    "two bidders, one contact": ([("body", "rival", "sameContact")], {"rivals": ("rival",), "gate": "award"}),
    "report and review": (
        [("a", "body", HELD)],
        {"service": "eia-report", "parts": (("a", "eia-technical-review"),)},
    ),
    "a unit avoided": ([], {"avoided": ("body",)}),
    "the buyer's people": (
        [("person/p", "owner", "boardMember"), ("person/p", "body", "boardMember")],
        {"owner": "owner"},
    ),
}


@st.composite
def outlined(draw, day, outline):
    """One interest of a motif."""
    holder, subject, kind, *end = outline
    facts = {"source": "s", "tier": draw(st.sampled_from("AAAB"))}
    facts |= {"end": day + dt.timedelta(end[0])} if end else {}
    if kind == HELD:
        return tie(holder, subject, "shareholding", draw(st.sampled_from(SHARES_THAT_MATTER)), **facts)
    if kind == "official":
        facts["rank"] = draw(st.sampled_from(["", "leading", "other"]))
    return tie(holder, subject, kind, **facts)


@st.composite
def cases(draw):
    """A motif of the pack, a small graph at random around it, and a matter in which its rules may speak."""
    motif, about = MOTIFS[draw(st.sampled_from(sorted(MOTIFS)))]
    around = draw(around_cases(about.get("day")))
    ties = [draw(outlined(around.day, outline)) for outline in motif]
    return replace(around, ties=one_each([*ties, *around.ties]), **about)


@st.composite
def around_cases(draw, day):
    """A small graph and a matter, without a motif."""
    day = day or draw(st.sampled_from(DAYS))
    alike = [*itertools.combinations(FIRMS, 2), *itertools.combinations(HUMANS, 2)]
    others = st.lists(st.sampled_from(FIRMS), max_size=2, unique=True)
    return Case(
        ties=one_each(draw(st.lists(ties_of(day), max_size=10))),
        kinds=EVERYBODY,
        same=draw(st.lists(st.sampled_from(alike), max_size=1)) if draw(st.integers(0, 3)) == 3 else [],
        day=day,
        gate=draw(st.sampled_from(["award", "bid", "opening", "contract", "payout"])),
        place=draw(st.sampled_from([("000000",), SHANDONG])),
        service=draw(st.sampled_from(SERVICES)),
        owner=draw(st.sampled_from(["", "owner", "owner", "a"])),
        rivals=tuple(draw(others)),
        avoided=tuple(draw(others)) if draw(st.integers(0, 3)) == 3 else (),
        parts=tuple((name, draw(st.sampled_from(SERVICES))) for name in draw(others)),
        also=tuple(draw(st.lists(st.sampled_from(SERVICES[1:]), max_size=2, unique=True))),
    )


def as_matter(case):
    return Matter(
        intermediary=case.firm,
        authority=case.dept,
        on=case.day,
        gate=case.gate,
        declared=True,
        owner=case.owner,
        service=case.service,
        regions=case.place,
        rivals=case.rivals,
        avoided=tuple(Avoided(name, "reason") for name in case.avoided),
        parts=tuple(Part(name, service) for name, service in case.parts),
        also=case.also,
    )


def as_graph(case):
    return Graph.of(case.ties, [Node(name, kind) for name, kind in case.kinds.items()], case.same)


def answers(case):
    """The gate's answer by rule, the strongest thing each says, and its outcome."""
    graph, matter, pack = as_graph(case), as_matter(case), shipped_pack(PACK)
    told = dict.fromkeys((rule.code for rule in pack.rules), None)
    for ground in grounds_of(graph, matter, pack):
        told[ground.rule] = "bar" if ground.certain or told[ground.rule] == "bar" else "doubt"
    return told, judge(graph, matter, pack).outcome


def expected_outcome(told):
    outcomes = {rule.code: rule.outcome for rule in shipped_pack(PACK).rules}
    if any(answer == "bar" and outcomes[code] == "bar" for code, answer in told.items()):
        return "conflicted"
    return "unknown" if any(a and outcomes[code] in ("bar", "refer") for code, a in told.items()) else "clear"


def test_every_rule_of_the_pack_is_written_a_second_time():
    assert list(naive_rules.RULES) == [rule.code for rule in shipped_pack(PACK).rules]


@thousand
@given(cases())
def test_what_every_rule_says(case):
    """All rules of the pack, one by one, and the outcome they give together."""
    told, outcome = answers(case)
    said = naive_rules.said(case)
    assert told == said
    assert outcome == expected_outcome(said)


@thousand
@given(cases())
def test_a_rule_that_needs_a_tender_says_nothing_without_one(case):
    """What the page of a sweep says it cannot judge, and that it judges the rest as a gate would."""
    told, _outcome = answers(case)
    alone, _outcome = answers(replace(case, service="", also=(), owner="", rivals=(), avoided=(), parts=()))
    for rule in shipped_pack(PACK).rules:
        assert alone[rule.code] == (None if rule.facts else told[rule.code]), rule.code


def test_the_random_cases_reach_every_rule():
    """A comparison of silences would prove nothing: each rule says something, in both ways if it can."""
    reached = set()

    @settings(max_examples=2_000, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(cases())
    def note(case):
        reached.update((code, answer) for code, answer in answers(case)[0].items() if answer)

    note()
    wanted = {(code, "bar") for code in naive_rules.RULES}
    sure = {"shared-with-authority", "bidders-share", "avoided-unit", "buyers-people"}  # never in doubt
    wanted |= {(code, "doubt") for code in naive_rules.RULES if code not in sure}
    assert wanted - reached == set()


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
