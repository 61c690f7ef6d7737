"""Every rule of the shipped pack, a table each: case, interests, what the rule finds.

A row expects `bar` (beyond doubt), `doubt` (two persons look) or None. The rule alone is asked, over the pack
as it is shipped, so that a change of the pack or of a test shows here.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from regulation.decoupling.graph import Graph, Interest, Node
from regulation.decoupling.matter import Avoided, Exempted, Matter, Part
from regulation.decoupling.rules import PACK, BadPack, grounds_of, judge, read_pack, shipped_pack

DAY = dt.date(2026, 11, 24)
D, I, O, R, X, Y, A = "dept", "body", "owner", "rival", "x", "y", "assoc"  # noqa: E741
P, Q, S = "person/p", "person/q", "person/s"
SERVICES = {"eia-no-interest": "eia-report", "eia-owner": "eia-report", "owner-ties": "asset-appraisal"}
NODES = (
    Node(D, "department"),
    Node(I, "intermediary"),
    Node(O, "enterprise"),
    Node(R, "intermediary"),
    Node(X, "enterprise"),
    Node(Y, "enterprise"),
    Node(A, "industry_association"),
    *(Node(person, "person") for person in (P, Q, S)),
)


def tie(holder, subject, kind="shareholding", share=None, **fields):
    low, high = share if isinstance(share, tuple) else (share, share)
    return Interest(
        holder=holder,
        subject=subject,
        kind=kind,
        share_min=None if low is None else Decimal(str(low)),
        share_max=None if high is None else Decimal(str(high)),
        **fields,
    )


def official(person=P, rank="", of=D, **fields):
    return tie(person, of, "official", rank=rank, **fields)


def manages(person=P, of=I, **fields):
    return tie(person, of, "seniorManagingOfficial", **fields)


def hits(rule, ties, *, nodes=(), same=(), **fields):
    matter = {"authority": D, "gate": "inquiry", "declared": True, "on": DAY} | fields
    matter.setdefault("service", SERVICES.get(rule, ""))
    found = grounds_of(
        Graph.of(ties, (*NODES, *nodes), same), Matter(intermediary=I, **matter), shipped_pack(PACK)
    )
    return [ground for ground in found if ground.rule == rule]


def told(rule, ties, **fields):
    """The strongest thing a rule says."""
    found = hits(rule, ties, **fields)
    if not found:
        return None
    return "bar" if any(ground.certain for ground in found) else "doubt"


def ago(years, days=0, day=DAY):
    return day.replace(year=day.year - years) + dt.timedelta(days=days)


# --- a department's own bodies -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing", [], None),
        ("its institution", [tie(D, I, "affiliation")], "bar"),
        ("an organisation it supervises", [tie(D, I, "supervision")], "bar"),
        ("an organisation it sponsors", [tie(D, I, "sponsorship")], "bar"),
        ("set up by its institution", [tie(D, X, "affiliation"), tie(X, I, "setUp")], "bar"),
        ("its articles give control", [tie(D, I, "controlViaCompanyRulesOrArticles")], "bar"),
        ("exactly half", [tie(D, I, share=50)], None),
        ("a hair over half", [tie(D, I, share="50.0001")], "bar"),
        ("not stated", [tie(D, I)], "doubt"),
        ("from 40 to 60", [tie(D, I, share=(40, 60))], "doubt"),
        ("from 51 to 60", [tie(D, I, share=(51, 60))], "bar"),
        ("from 40 to 50", [tie(D, I, share=(40, 50))], None),
        ("two bodies together", [tie(D, X, "setUp"), tie(D, I, share=30), tie(X, I, share=21)], "bar"),
        ("two bodies, half", [tie(D, X, "setUp"), tie(D, I, share=30), tie(X, I, share=20)], None),
        ("half the shares and half the votes", [tie(D, I, share=30), tie(D, I, "votingRights", 30)], None),
        ("a majority of votes alone", [tie(D, I, share=10), tie(D, I, "votingRights", 51)], "bar"),
        ("majority of a majority", [tie(D, X, share=51), tie(X, I, share=51)], "bar"),
        ("doubt above a majority", [tie(D, X), tie(X, I, share=51)], "doubt"),
        (
            "two tranches of one source add up",
            [tie(D, I, share=30, source="s", ref="1"), tie(D, I, share=30, source="s", ref="2")],
            "bar",
        ),
        (
            "one share told by two sources does not",
            [tie(D, I, share=30, source="s"), tie(D, I, share=30, source="t")],
            None,
        ),
        (
            "two sources differ: the greater is possible",
            [tie(D, I, share=60, source="s"), tie(D, I, share=40, source="t")],
            "doubt",
        ),
        (
            "two sources differ, in the other order",
            [tie(D, I, share=40, source="s"), tie(D, I, share=60, source="t")],
            "doubt",
        ),
        ("a name alone", [tie(D, I, "setUp", tier="C")], None),
        ("several attributes agree", [tie(D, I, "setUp", tier="B")], "bar"),
        ("until today", [tie(D, I, "setUp", end=DAY)], None),
        ("until tomorrow", [tie(D, I, "setUp", end=DAY + dt.timedelta(1))], "bar"),
        ("a director is no control", [tie(D, I, "boardMember")], None),
        ("the other way round", [tie(I, D, "setUp")], None),
    ],
)
def test_affiliated_body(case, ties, expected):
    assert told("affiliated-body", ties) == expected, case


def test_affiliated_body_speaks_for_the_department_itself():
    matter = Matter(intermediary=D, authority=D, on=DAY, gate="bid", declared=True)
    found = judge(Graph.of([], NODES), matter, shipped_pack(PACK))
    assert (found.outcome, found.rule, found.reason) == ("conflicted", "affiliated-body", "same_body")


def test_records_that_are_one_party_are_read_as_one():
    ties = [tie(D, X, "affiliation"), tie(Y, I, "setUp")]
    assert told("affiliated-body", ties) is None
    assert told("affiliated-body", ties, same=[(X, Y)]) == "bar"
    assert told("affiliated-body", ties, same=[(X, "z"), ("z", Y)]) == "bar"
    assert told("affiliated-body", [tie(D, "copy", "setUp")], same=[("copy", I)]) == "bar"
    assert told("affiliated-body", [tie(X, I, "setUp")], same=[(D, X)]) == "bar"
    halves = [tie(D, X, "setUp"), tie(D, I, share=30), tie(Y, I, share=30)]
    assert told("affiliated-body", halves, same=[(X, Y)]) == "bar", "shares of one party add up"


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("affiliated-body", dt.date(2019, 12, 31), None),
        ("affiliated-body", dt.date(2020, 1, 1), "bar"),
        ("affiliated-assessor-before-2020", dt.date(2015, 4, 26), None),
        ("affiliated-assessor-before-2020", dt.date(2015, 4, 27), "bar"),
        ("affiliated-assessor-before-2020", dt.date(2019, 12, 31), "bar"),
        ("affiliated-assessor-before-2020", dt.date(2020, 1, 1), None),
    ],
)
def test_each_edition_of_the_rule_has_its_days(rule, day, expected):
    assert told(rule, [tie(D, I, "affiliation")], on=day) == expected


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("the smallest share", [tie(D, I, share="0.0001")], "bar"),
        ("none", [tie(D, I, share=0)], None),
        ("perhaps none", [tie(D, I, share=(0, 5))], "doubt"),
        ("not stated is not zero", [tie(D, I)], "bar"),
        ("a share of a share", [tie(D, X, share=1), tie(X, I, share=1)], "bar"),
        ("a share of its institution", [tie(D, X, "affiliation"), tie(X, I, share=3)], "bar"),
        ("somebody else's", [tie(Y, I, share=100)], None),
    ],
)
def test_any_share_in_shandong(case, ties, expected):
    there = {"on": dt.date(2016, 1, 1), "regions": ("370100", "370000", "000000")}
    assert told("any-share-shandong-2015", ties, **there) == expected, case
    for elsewhere in ({"regions": ("511600", "000000")}, {"on": dt.date(2017, 1, 1)}):
        assert told("any-share-shandong-2015", ties, **there | elsewhere) is None
    assert told("any-share-shandong-2015", ties, **there | {"on": dt.date(2015, 7, 9)}) is None


@pytest.mark.parametrize(
    ("case", "ties", "large", "shown"),
    [
        ("a quarter", [tie(D, I, share=25)], "bar", "bar"),
        ("a hair less", [tie(D, I, share="24.9999")], None, "bar"),
        ("a twentieth", [tie(D, I, share=5)], None, "bar"),
        ("less", [tie(D, I, share="4.9999")], None, None),
        ("half of a half", [tie(D, X, share=50), tie(X, I, share=50)], "bar", "bar"),
        ("by its institution", [tie(D, X, "affiliation"), tie(X, I, share=30)], "bar", "bar"),
        ("both add up", [tie(D, X, "affiliation"), tie(D, I, share=15), tie(X, I, share=10)], "bar", "bar"),
        ("perhaps a quarter", [tie(D, I, share=(10, 30))], "doubt", "bar"),
        ("not stated", [tie(D, I)], "doubt", "doubt"),
        ("what it controls is another rule's", [tie(D, I, share=51)], None, None),
        ("a tie that is no share", [tie(D, I, "boardMember")], None, None),
    ],
)
def test_minority_shares(case, ties, large, shown):
    assert (told("minority-share", ties), told("minority-share-shown", ties)) == (large, shown), case


def test_a_warning_opens_the_gate_and_stays_on_the_check():
    matter = Matter(intermediary=I, authority=D, on=DAY, gate="bid", declared=True)
    found = judge(Graph.of([tie(D, I, share=5)], NODES), matter, shipped_pack(PACK))
    assert (found.outcome, [ground.rule for ground in found.grounds]) == ("clear", ["minority-share-shown"])


# --- associations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("no tie", [tie(A, I, "setUp")], None),
        ("finances", [tie(A, I, "setUp"), tie(A, D, "sameFinances")], "bar"),
        ("premises, told from the department", [tie(A, I, "setUp"), tie(D, A, "samePremises")], "bar"),
        (
            "premises of the department's institution",
            [tie(A, I, "setUp"), tie(D, X, "affiliation"), tie(X, A, "samePremises")],
            "bar",
        ),
        ("institution", [tie(A, I, share=60), tie(D, A, "sponsorship")], "bar"),
        ("people", [tie(A, I, "setUp"), official(P), tie(P, A, "boardMember")], "bar"),
        ("somebody else's people", [tie(A, I, "setUp"), official(P, of=X), tie(P, A, "boardMember")], None),
        ("it holds a minority", [tie(A, I, share=50), tie(A, D, "sameFinances")], None),
        ("its share is not stated", [tie(A, I), tie(A, D, "sameFinances")], "doubt"),
        ("separated yesterday", [tie(A, I, "setUp"), tie(A, D, "sameFinances", end=DAY)], None),
        (
            "separated from tomorrow",
            [tie(A, I, "setUp"), tie(A, D, "sameFinances", end=DAY + dt.timedelta(1))],
            "bar",
        ),
        (
            "an enterprise with such ties is no association",
            [tie(X, I, "setUp"), tie(X, D, "sameFinances")],
            None,
        ),
        ("tied to another department", [tie(A, I, "setUp"), tie(A, Y, "sameFinances")], None),
    ],
)
def test_association_not_separated(case, ties, expected):
    assert told("association-not-separated", ties) == expected, case


def test_an_association_is_one_under_whatever_record():
    ties = [tie(A, I, "setUp"), tie("a-copy", D, "sameFinances")]
    copy = [Node("a-copy", "social_organisation")]
    assert told("association-not-separated", ties, nodes=copy) is None
    assert told("association-not-separated", ties, nodes=copy, same=[("a-copy", A)]) == "bar"


# --- people ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("an official manages it", [official(), manages()], "bar"),
        ("practises there", [official(), tie(P, I, "practitioner")], "bar"),
        ("holds any share", [official(), tie(P, I, share="0.1")], "bar"),
        ("a share not stated is a share", [official(), tie(P, I)], "bar"),
        ("perhaps no share", [official(), tie(P, I, share=(0, 5))], "doubt"),
        ("no share", [official(), tie(P, I, share=0)], None),
        ("an official of another department", [official(of=X), manages()], None),
        ("a post in what controls it", [official(), manages(of=X), tie(X, I, share=60)], "bar"),
        ("a post in what set it up", [official(), manages(of=X), tie(X, I, "setUp")], "bar"),
        ("a post in what may control it", [official(), manages(of=X), tie(X, I)], "doubt"),
        ("a post in a minority holder", [official(), manages(of=X), tie(X, I, share=50)], None),
        (
            "two levels up",
            [official(), manages(of=X), tie(X, Y, share=60), tie(Y, I, share=60)],
            "bar",
        ),
        ("the post ended", [official(), manages(end=DAY)], None),
        ("office begins tomorrow", [official(start=DAY + dt.timedelta(1)), manages()], None),
        ("a namesake", [official(tier="C"), manages()], None),
    ],
)
def test_serving_official(case, ties, expected):
    assert told("serving-official", ties) == expected, case


def test_two_records_of_one_official():
    assert told("serving-official", [official(P), manages(Q)]) is None
    assert told("serving-official", [official(P), manages(Q)], same=[(P, Q)]) == "bar"


@pytest.mark.parametrize(
    ("case", "rank", "left", "expected"),
    [
        ("a leading member, the last day of three years", "leading", ago(3, 1), "bar"),
        ("three years are over", "leading", ago(3), None),
        ("another, the last day of two years", "other", ago(2, 1), "bar"),
        ("two years are over", "other", ago(2), None),
        ("rank not stated, within two", "", ago(2, 1), "bar"),
        ("rank not stated, between two and three", "", ago(2), "doubt"),
        ("rank not stated, the last day of three", "", ago(3, 1), "doubt"),
        ("rank not stated, three over", "", ago(3), None),
        ("left today", "other", DAY, "bar"),
        ("still in office is another rule's", "other", DAY + dt.timedelta(1), None),
    ],
)
def test_former_official(case, rank, left, expected):
    assert told("former-official", [official(rank=rank, end=left), manages()]) == expected, case


@pytest.mark.parametrize(
    ("day", "left", "expected"),
    [
        (dt.date(2028, 2, 29), dt.date(2025, 2, 28), None),
        (dt.date(2028, 2, 29), dt.date(2025, 3, 1), "bar"),
        (dt.date(2027, 2, 28), dt.date(2024, 2, 29), "bar"),
        (dt.date(2027, 3, 1), dt.date(2024, 2, 29), None),
    ],
)
def test_former_official_and_the_29th_of_february(day, left, expected):
    ties = [official(rank="leading", end=left), manages()]
    assert told("former-official", ties, on=day) == expected


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("a share not yet his", [official(end=ago(1)), manages(start=DAY + dt.timedelta(1))], None),
        ("in what controls it", [official(end=ago(1)), manages(of=X), tie(X, I, share=60)], "bar"),
        ("perhaps no share", [official(end=ago(1)), tie(P, I, share=(0, 5))], "doubt"),
        ("a namesake", [official(end=ago(1), tier="C"), manages()], None),
        ("left one post, has another", [official(end=ago(1)), official(start=ago(1)), manages()], None),
    ],
)
def test_former_official_and_what_he_has(case, ties, expected):
    assert told("former-official", ties) == expected, case


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("of a leading member", [official(Q, "leading"), tie(P, Q, "closeKin"), manages()], "bar"),
        ("told the other way round", [official(Q, "leading"), tie(Q, P, "closeKin"), manages()], "bar"),
        ("of another official", [official(Q, "other"), tie(P, Q, "closeKin"), manages()], "doubt"),
        ("rank not stated", [official(Q), tie(P, Q, "closeKin"), manages()], "doubt"),
        (
            "kin of kin",
            [official(S, "leading"), tie(S, Q, "closeKin"), tie(Q, P, "closeKin"), manages()],
            None,
        ),
        ("of one who left", [official(Q, "leading", end=DAY), tie(P, Q, "closeKin"), manages()], None),
        ("no longer kin", [official(Q, "leading"), tie(P, Q, "closeKin", end=DAY), manages()], None),
        ("who controls it", [official(Q, "leading"), tie(P, Q, "closeKin"), tie(P, I, share=60)], "bar"),
        (
            "a post in what controls it",
            [official(Q, "leading"), tie(P, Q, "closeKin"), manages(of=X), tie(X, I, share=60)],
            "bar",
        ),
    ],
)
def test_kin_of_official(case, ties, expected):
    assert told("kin-of-official", ties) == expected, case


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("premises", [tie(D, I, "samePremises")], "bar"),
        ("told the other way round", [tie(I, D, "sameContact")], "bar"),
        ("of its institution", [tie(D, X, "affiliation"), tie(X, I, "sameFinances")], "bar"),
        ("of what it may control", [tie(D, X), tie(X, I, "samePremises")], "bar"),
        ("of somebody else", [tie(X, I, "samePremises")], None),
        ("staff", [tie(D, X, "affiliation"), tie(P, X, "practitioner"), tie(P, I, "practitioner")], "bar"),
        ("staff once", [tie(D, X, "affiliation"), tie(P, X, "practitioner", end=DAY), manages()], None),
        ("what it controls is another rule's", [tie(D, I, "setUp"), tie(D, I, "samePremises")], None),
    ],
)
def test_shared_with_authority(case, ties, expected):
    assert told("shared-with-authority", ties) == expected, case


# --- assessors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing", [], None),
        ("a share of any size", [tie(D, I, share="0.01")], "bar"),
        ("it has a share in the department's firm", [tie(D, X, "setUp"), tie(I, X, share=1)], "bar"),
        ("no share", [tie(D, I, share=0)], None),
        ("perhaps none", [tie(D, I, share=(0, 1))], "doubt"),
        ("a doubtful short way and a sure long one", [tie(D, I, share=(0, 1)), official(), manages()], "bar"),
        ("a former colleague is no interest today", [official(end=ago(1)), manages()], None),
        ("kin of a driver there", [official(Q), tie(P, Q, "closeKin"), tie(P, I, "practitioner")], "bar"),
        ("four steps", [tie(D, "a"), tie("a", "b"), tie("b", "c"), tie("c", I)], "bar"),
        ("five steps", [tie(D, "a"), tie("a", "b"), tie("b", "c"), tie("c", "e"), tie("e", I)], None),
        ("dealings with another department", [tie("d2", I, share=1), tie("d2", X, share=1), tie(D, X)], None),
    ],
)
def test_eia_no_interest(case, ties, expected):
    other = [Node("d2", "department")]
    assert told("eia-no-interest", ties, nodes=other) == expected, case
    assert told("eia-no-interest", ties, nodes=other, service="land-survey") is None
    assert told("eia-no-interest", ties, nodes=other, on=dt.date(2026, 8, 14)) is None


@pytest.mark.parametrize("rule", ["owner-ties", "eia-owner"])
@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing", [], None),
        ("the owner controls it", [tie(O, I, share=60)], "bar"),
        ("it controls the owner", [tie(I, O, share=60)], "bar"),
        ("half", [tie(O, I, share=50)], None),
        ("not stated", [tie(O, X, share=60), tie(X, I)], "doubt"),
        ("both of one holder", [tie(X, I, share=60), tie(X, O, share=60)], None),
    ],
)
def test_owner_controls(rule, case, ties, expected):
    assert told(rule, ties, owner=O) == expected, case
    assert told(rule, ties, owner="") is None
    assert told(rule, ties, owner=O, service="land-survey") is None


# --- bidders -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing", [], None),
        (
            "one legal representative",
            [tie(P, I, "legalRepresentative"), tie(P, R, "legalRepresentative")],
            "bar",
        ),
        ("one practitioner is another rule's", [tie(P, I, "practitioner"), tie(P, R, "practitioner")], None),
        ("it controls the rival", [tie(I, R, share=51)], "bar"),
        ("the rival manages it", [tie(R, I, "otherInfluenceOrControl")], "bar"),
        ("through another", [tie(I, X, share=51), tie(X, R, share=51)], "bar"),
        ("not stated", [tie(R, I)], "doubt"),
        ("half", [tie(R, I, share=50)], None),
        ("a common state holder", [tie("state", I, share=90), tie("state", R, share=90)], None),
        (
            "was representative there until today",
            [tie(P, I, "legalRepresentative"), tie(P, R, "legalRepresentative", end=DAY)],
            None,
        ),
    ],
)
def test_bidders_one_control(case, ties, expected):
    state = [Node("state", "enterprise", is_state_owned=True)]
    assert told("bidders-one-control", ties, rivals=(R,), nodes=state) == expected, case
    assert told("bidders-one-control", ties, rivals=(), nodes=state) is None
    assert told("bidders-one-control", ties, rivals=(R,), nodes=state, gate="bid") is None


def test_two_records_of_one_representative():
    ties = [tie(P, I, "legalRepresentative"), tie(Q, R, "legalRepresentative")]
    assert told("bidders-one-control", ties, rivals=(R,)) is None
    assert told("bidders-one-control", ties, rivals=(R,), same=[(P, Q)]) == "bar"


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing", [], None),
        *((kind, [tie(I, R, kind)], "bar") for kind in ("sameAgent", "sameContact", "samePremises")),
        ("account, told from the rival", [tie(R, I, "sameAccount")], "bar"),
        ("staff", [tie(P, I, "practitioner"), tie(P, R, "practitioner")], "bar"),
        ("with another", [tie(I, X, "sameAgent")], None),
        ("until today", [tie(I, R, "samePremises", end=DAY)], None),
    ],
)
def test_bidders_share(case, ties, expected):
    assert told("bidders-share", ties, rivals=(R,)) == expected, case
    assert told("bidders-share", ties, rivals=(R,), gate="bid") is None


@pytest.mark.parametrize(
    ("case", "who", "did", "does", "ties", "expected"),
    [
        ("wrote it, reviews it", I, "eia-report", "eia-technical-review", [], "bar"),
        ("reviews it, wants to write it", I, "eia-technical-review", "eia-report", [], "bar"),
        ("the same part again", I, "eia-report", "eia-report", [], None),
        ("parts that go together", I, "eia-report", "land-survey", [], None),
        ("its parent wrote it", X, "eia-report", "eia-technical-review", [tie(X, I, share=60)], "bar"),
        ("its child wrote it", X, "eia-report", "eia-technical-review", [tie(I, X, share=60)], "bar"),
        ("perhaps its parent", X, "eia-report", "eia-technical-review", [tie(X, I)], "doubt"),
        ("a stranger wrote it", X, "eia-report", "eia-technical-review", [], None),
        ("supervises and inspects", I, "construction-supervision", "fire-technical-services", [], "bar"),
    ],
)
def test_parts_that_exclude(case, who, did, does, ties, expected):
    parts = (Part(who, did, "contract"),)
    assert told("parts-that-exclude", ties, parts=parts, service=does) == expected, case


@pytest.mark.parametrize(
    ("case", "service", "also", "did", "expected"),
    [
        ("its own two exclude one another", "eia-report", ("eia-technical-review",), None, "bar"),
        ("the second and the third", "land-survey", ("eia-report", "eia-technical-review"), None, "bar"),
        ("services that go together", "eia-report", ("land-survey",), None, None),
        ("the second against a part", "land-survey", ("eia-technical-review",), "eia-report", "bar"),
        ("neither against a part", "land-survey", ("eia-report",), "eia-report", None),
    ],
)
def test_each_service_of_a_tender_is_held_against_the_parts(case, service, also, did, expected):
    parts = (Part(I, did, "contract"),) if did else ()
    assert told("parts-that-exclude", [], service=service, also=also, parts=parts) == expected, case


def test_ties_count_for_any_service_of_a_tender():
    ties = [tie(O, I, share=60)]
    assert told("owner-ties", ties, owner=O, service="land-survey", also=("asset-appraisal",)) == "bar"
    assert told("owner-ties", ties, owner=O, service="land-survey", also=("eia-report",)) is None


def test_a_matter_of_one_service_reads_as_it_always_did():
    one = Matter(intermediary=I, authority=D, on=DAY, gate="bid", declared=True, service="eia-report")
    assert "also" not in one.as_json()
    assert Matter.from_json(one.as_json()) == one
    two = replace(one, also=("land-survey",))
    assert two.as_json()["also"] == ["land-survey"]
    assert Matter.from_json(two.as_json()) == two
    assert two.services == ("eia-report", "land-survey")


def test_avoided_unit():
    avoided = (Avoided(I, "former supplier in a dispute"),)
    assert told("avoided-unit", [], avoided=avoided) == "bar"
    assert hits("avoided-unit", [], avoided=avoided)[0].chain[0].source == "former supplier in a dispute"
    assert told("avoided-unit", [], avoided=(Avoided(X, "why"),)) is None
    assert told("avoided-unit", [], avoided=(Avoided(X, "why"),), same=[(X, I)]) == "bar"


@pytest.mark.parametrize(
    ("case", "ties", "expected"),
    [
        ("nothing", [manages(of=O)], None),
        ("directs it", [manages(of=O), tie(P, I, "boardMember")], "bar"),
        ("worked there until a day short of three years ago", [manages(of=O), manages(end=ago(3, 1))], "bar"),
        ("three years ago", [manages(of=O), manages(end=ago(3))], None),
        ("not yet", [manages(of=O), manages(start=DAY + dt.timedelta(1))], None),
        ("no share", [manages(of=O), tie(P, I, share=0)], None),
        ("left the buyer", [manages(of=O, end=DAY), manages()], None),
        (
            "kin of its representative",
            [manages(of=O), tie(Q, P, "closeKin"), tie(Q, I, "legalRepresentative")],
            "bar",
        ),
        (
            "kin of its practitioner",
            [manages(of=O), tie(Q, P, "closeKin"), tie(Q, I, "practitioner")],
            None,
        ),
    ],
)
def test_buyers_people(case, ties, expected):
    assert told("buyers-people", ties, owner=O) == expected, case
    assert told("buyers-people", ties, owner="") is None


# --- what holds for all ------------------------------------------------------------------------------------


def test_every_rule_of_the_pack_is_tried_here():
    source = Path(__file__).read_text(encoding="utf-8")
    missing = [rule.code for rule in shipped_pack(PACK).rules if f'"{rule.code}"' not in source]
    assert missing == []


def test_an_exemption_skips_what_it_names_and_nothing_else():
    ties = [tie(D, I, "affiliation"), official(), manages()]
    statutory = Exempted("e/1", ("affiliated-body",))

    def judged(*exempted):
        matter = Matter(intermediary=I, authority=D, on=DAY, gate="bid", declared=True, exempted=exempted)
        return judge(Graph.of(ties, NODES), matter, shipped_pack(PACK))

    assert (judged().outcome, judged().rule) == ("conflicted", "affiliated-body")
    assert (judged(statutory).outcome, judged(statutory).rule) == ("conflicted", "serving-official")
    both = judged(statutory, Exempted("e/2", ("serving-official",)))
    assert (both.outcome, both.reason) == ("clear", "e/1")
    assert {ground.exemption for ground in both.grounds} == {"e/1", "e/2"}, "marked, not left out"
    assert judged(Exempted("e/3")).outcome == "clear", "all rules"


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("needs the parameters", {"test": "any-tie", "parameters": {"steps": 4}}),
        ("from 0 to 100", {"parameters": {"threshold": "101"}}),
        ("a per cent", {"parameters": {"threshold": "half"}}),
        ("as far as a gate reads", {"test": "buyers-people", "parameters": {"years": 4}}),
        ("a test of", {"test": "nothing"}),
        ("Invalid isoformat", {"start": "yesterday"}),
    ],
)
def test_a_pack_that_does_not_fit_says_where(fault, change):
    rule = {"code": "r", "test": "controlled-body", "outcome": "bar"} | change
    with pytest.raises(BadPack, match=fault):
        read_pack({"version": "v", "rules": [rule]})
