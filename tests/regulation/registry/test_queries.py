"""Which ruling counts where, on which day, and as this site said when."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from regulation.registry.models import Necessity
from regulation.registry.queries import (
    area_matters_for,
    in_the_way_of,
    rulings_for,
    services_of,
    verdict_for,
)
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    MaterialFactory,
    RulingFactory,
    ServiceFactory,
    region,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("_case", "candidates", "wins"),
    [
        ("nothing on record", [], None),
        ("the country alone", [("000000", False)], 0),
        ("the province beats the country", [("000000", False), ("510000", False)], 1),
        ("the district beats the city", [("511600", False), ("511602", False)], 1),
        ("a nearer service beats a farther pair", [("000000", True), ("510000", False)], 1),
        ("in one region the pair beats the service", [("511602", False), ("511602", True)], 1),
        ("another province does not speak", [("330000", False)], None),
        ("a district of the same city does not speak", [("511603", False), ("000000", False)], 1),
    ],
)
def test_precedence(_case, candidates, wins):
    approval, service = ApprovalFactory(), ServiceFactory()
    made = [
        RulingFactory(service=service, region=region(code), approval=approval if paired else None)
        for code, paired in candidates
    ]
    found = verdict_for(approval=approval, service=service, region=approval.region, on=TODAY)
    assert found == (None if wins is None else made[wins])


def test_a_ruling_on_another_approval_does_not_speak():
    service = ServiceFactory()
    RulingFactory(service=service, approval=ApprovalFactory())
    approval = ApprovalFactory()
    assert verdict_for(approval=approval, service=service, region=approval.region, on=TODAY) is None


def test_without_an_approval_only_rulings_on_the_service_speak():
    pair = RulingFactory(approval=ApprovalFactory())
    assert verdict_for(approval=None, service=pair.service, region=pair.region, on=TODAY) is None


def test_drafts_never_speak():
    draft = DraftFactory()
    assert verdict_for(approval=None, service=draft.service, region=draft.region, on=TODAY) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2023, 12, 31), None),
        (dt.date(2024, 1, 1), Necessity.MANDATORY),
        (dt.date(2024, 12, 31), Necessity.MANDATORY),
        (dt.date(2025, 1, 1), Necessity.ABOLISHED),
        (dt.date(2030, 1, 1), Necessity.ABOLISHED),
    ],
)
def test_the_day_in_law_is_half_open(day, expected):
    service = ServiceFactory()
    turn = dt.date(2025, 1, 1)
    RulingFactory(service=service, necessity="mandatory", in_force=DateRange(dt.date(2024, 1, 1), turn, "[)"))
    RulingFactory(service=service, necessity="abolished", in_force=DateRange(turn, None, "[)"))
    found = verdict_for(approval=None, service=service, region=region(), on=day)
    assert (found.necessity if found else None) == expected


def test_what_this_site_said_is_another_question_than_what_was_in_force():
    service, corrected_at = ServiceFactory(), timezone.now()
    before, after = corrected_at - dt.timedelta(days=9), corrected_at + dt.timedelta(days=1)
    wrong = RulingFactory(
        service=service, necessity="mandatory", recorded=DateTimeTZRange(before, corrected_at, "[)")
    )
    right = RulingFactory(
        service=service, necessity="optional", recorded=DateTimeTZRange(corrected_at, None, "[)")
    )

    def said(moment):
        return verdict_for(approval=None, service=service, region=region(), on=TODAY, said_at=moment)

    assert said(before - dt.timedelta(seconds=1)) is None
    assert said(before) == wrong
    assert said(corrected_at - dt.timedelta(microseconds=1)) == wrong
    assert said(corrected_at) == said(after) == said(None) == right


def test_services_of_an_approval_are_its_pairs_and_what_its_papers_are():
    approval = ApprovalFactory()
    paired = RulingFactory(approval=approval).service
    paper = MaterialFactory(approval=approval, service=ServiceFactory()).service
    MaterialFactory(approval=approval)
    RulingFactory()
    DraftFactory(approval=approval)
    assert set(services_of(approval)) == {paired, paper}


def test_a_service_without_a_ruling_is_absent_and_not_guessed():
    approval, service = ApprovalFactory(), ServiceFactory()
    assert rulings_for(approval=approval, services=[service], region=approval.region, on=TODAY) == {}


@pytest.mark.parametrize("services", [1, 12])
def test_the_verdicts_of_an_approval_take_the_same_queries_however_many(services, django_assert_num_queries):
    approval = ApprovalFactory()
    for _ in range(services):
        RulingFactory(approval=approval)
    found = list(services_of(approval))
    with django_assert_num_queries(3):  # the region's parents, rulings, bases with provisions and instruments
        rulings = rulings_for(approval=approval, services=found, region=approval.region, on=TODAY)
        for ruling in rulings.values():
            assert ruling.bases.all()[0].provision.instrument.title
    area_matters_for(found, approval.region)


def test_only_rulings_of_the_same_place_are_in_the_way():
    standing = RulingFactory()
    draft = DraftFactory(service=standing.service, region=standing.region)
    DraftFactory(service=standing.service, region=standing.region)
    RulingFactory(service=standing.service, region=region("510000"))
    RulingFactory(service=standing.service, approval=ApprovalFactory())
    assert list(in_the_way_of(draft)) == [standing]
