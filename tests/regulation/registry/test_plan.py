"""What a need check answers, for every combination of what it knows; and the order and totals of the plan."""

from decimal import Decimal
from itertools import product
from types import SimpleNamespace

import pytest

from regulation.registry.models import Necessity
from regulation.registry.plan import LAPSED, NONE, ORDER, Answer, Cover, Facts, Outcome, make_plan, outcome
from tests.regulation.registry.plan_table import TABLE

VERDICTS = [*Necessity.values, LAPSED, NONE]
BENEATH = "beneath"


def read(cell):
    word, *marks = cell.split()
    if word == BENEATH:
        return BENEATH
    verdict = "area_assessed" if word == "area" else word
    return Outcome(verdict, only_if="if" in marks, by_zone="zone" in marks, simpler="eased" in marks)


def table():
    head, *lines = TABLE.strip().splitlines()
    covers = [Cover(cell.strip()) for cell in head.split("|")[1:]]
    for line in lines:
        name, *cells = line.split("|")
        verdict, answer = name.split()
        verdict = "area_assessed" if verdict == "area" else verdict
        for cover, cell in zip(covers, cells, strict=True):
            yield (verdict, Answer(answer), cover), read(cell)


CASES = dict(table())


def test_the_table_names_every_combination_once():
    assert set(CASES) == set(product(VERDICTS, Answer, Cover))
    assert len(list(table())) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_every_combination(case):
    expected = CASES[case]
    if expected == BENEATH:
        assert case[0] == "area_assessed"
        for beneath in VERDICTS:
            below = CASES[beneath, case[1], Cover.OUTSIDE]
            wanted = Outcome(NONE) if below == BENEATH else below
            assert outcome(*case, outside=beneath) == wanted
    else:
        for outside in VERDICTS:  # what lies beneath changes nothing else
            assert outcome(*case, outside=outside) == expected


def test_every_outcome_has_its_place_in_the_plan():
    assert {o.verdict for o in CASES.values() if o != BENEATH} <= set(ORDER)


def ruled(necessity):
    return SimpleNamespace(verdict=necessity) if necessity else None


def test_what_must_be_bought_stands_first_and_what_nobody_ruled_on_last():
    verdicts = {"a": None, "b": "abolished", "c": "mandatory", "d": "area_assessed", "e": "commissioned"}
    verdicts |= {"f": "optional", "g": "lapsed"}
    facts = [Facts(service, ruled(verdict)) for service, verdict in verdicts.items()]
    facts.append(Facts("h", ruled("mandatory"), answer=Answer.NO))
    assert [row.service for row in make_plan(facts).rows] == ["c", "g", "f", "e", "d", "b", "h", "a"]


def test_totals_count_only_verdicts_that_occur():
    plan = make_plan([Facts("a", ruled("mandatory")), Facts("b", ruled("mandatory")), Facts("c")])
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
    (row,) = make_plan([Facts("a", ruled(necessity))]).rows
    assert (row.may_tender, row.reportable) == (may_tender, reportable)


def test_outside_an_assessed_zone_the_ruling_beneath_is_shown():
    assessed, beneath = ruled("area_assessed"), ruled("mandatory")
    (row,) = make_plan([Facts("a", assessed, beneath, cover=Cover.OUTSIDE)]).rows
    assert (row.ruling, row.verdict) == (beneath, "mandatory")
    (row,) = make_plan([Facts("a", assessed, beneath)]).rows
    assert (row.ruling, row.verdict) == (assessed, "area_assessed")


def market(median, days):
    return SimpleNamespace(median=median, days=days)


@pytest.mark.parametrize(
    ("known", "cost", "days"),
    [
        ([(Decimal("100.00"), 10), (Decimal("50.00"), 30)], Decimal("150.00"), 30),
        ([(Decimal("100.00"), 10), (None, None)], None, None),
        ([], None, None),
    ],
)
def test_money_and_days_are_told_only_where_all_are_known(known, cost, days):
    facts = [Facts(str(n), ruled("mandatory"), market=market(*one)) for n, one in enumerate(known)]
    facts.append(Facts("z", ruled("optional"), market=market(Decimal("7.00"), 99)))
    plan = make_plan(facts)
    assert (plan.usual_cost, plan.usual_days) == (cost, days)


def test_an_approval_without_services_has_an_empty_plan():
    assert make_plan([]).rows == ()
