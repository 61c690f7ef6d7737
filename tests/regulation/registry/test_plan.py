"""The order of precedence and of the plan, as tables."""

from types import SimpleNamespace

import pytest

from regulation.registry.plan import NONE, make_plan


def ruled(necessity):
    return SimpleNamespace(verdict=necessity)


def test_what_must_be_bought_stands_first_and_what_nobody_ruled_on_last():
    facts = [
        ("a", None, []),
        ("b", ruled("abolished"), []),
        ("c", ruled("mandatory"), []),
        ("d", ruled("area_assessed"), []),
        ("e", ruled("commissioned"), []),
        ("f", ruled("optional"), []),
        ("g", ruled("lapsed"), []),
    ]
    assert [row.service for row in make_plan(facts).rows] == ["c", "g", "f", "e", "d", "b", "a"]


def test_totals_count_only_verdicts_that_occur():
    plan = make_plan([("a", ruled("mandatory"), []), ("b", ruled("mandatory"), []), ("c", None, [])])
    assert plan.totals == [("mandatory", 2), (NONE, 1)]


@pytest.mark.parametrize(
    ("necessity", "may_tender", "reportable"),
    [
        ("mandatory", True, False),
        ("optional", True, False),
        ("commissioned", False, True),
        ("area_assessed", False, True),
        ("abolished", False, True),
        ("lapsed", False, True),
        (None, False, True),
    ],
)
def test_only_what_an_applicant_may_buy_leads_to_a_tender(necessity, may_tender, reportable):
    (row,) = make_plan([("a", ruled(necessity) if necessity else None, [])]).rows
    assert (row.may_tender, row.reportable) == (may_tender, reportable)


@pytest.mark.parametrize("necessity", ["mandatory", "optional", "commissioned", "abolished"])
def test_a_zones_matters_are_a_note_and_change_no_verdict(necessity):
    (row,) = make_plan([("a", ruled(necessity), ["matter"])]).rows
    assert (row.verdict, row.matters) == (necessity, ("matter",))


def test_an_approval_without_services_has_an_empty_plan():
    assert make_plan([]).rows == ()
