"""A demand ends with the law behind it: on the day, for everyone, and noted once (优化营商环境条例 43)."""

import datetime as dt

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties.models import Role
from regulation.registry.models import Instrument, Level, Necessity, Ruling, judged
from regulation.registry.operations import note_lapse
from regulation.registry.queries import LAPSE_NOTED, bases, lapsed_rulings, rulings_for, rulings_on
from regulation.registry.tasks import note_lapsed
from tests.factories.registry import (
    ApprovalFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    acting,
    region,
)

pytestmark = pytest.mark.django_db

START, END = dt.date(2020, 1, 1), dt.date(2026, 8, 15)
DAY = dt.timedelta(days=1)


def provision(*, end=None, level=Level.LAW, instrument_end=None):
    instrument = InstrumentFactory(level=level, in_force=DateRange(START, None, "[)"))
    made = ProvisionFactory(instrument=instrument, in_force=DateRange(START, end, "[)"))
    if instrument_end:
        Instrument.objects.filter(pk=instrument.pk).update(in_force=DateRange(START, instrument_end, "[)"))
    return made


def demand(*provisions, **fields):
    fields = {"necessity": Necessity.MANDATORY, "payer": "applicant"} | fields
    return RulingFactory(provisions=provisions, **fields)


@pytest.mark.parametrize(
    ("day", "lapsed"), [(START, False), (END - DAY, False), (END, True), (END + DAY, True)]
)
def test_the_demand_ends_on_the_day_the_law_does(day, lapsed):
    ruling = demand(provision(end=END))
    assert lapsed_rulings(on=day).filter(pk=ruling.pk).exists() is lapsed


def test_it_ends_with_the_instrument_although_the_article_was_left_open():
    ruling = demand(provision(instrument_end=END))
    assert not lapsed_rulings(on=END - DAY).exists()
    assert list(lapsed_rulings(on=END)) == [ruling]


def test_another_law_in_force_carries_it_but_a_local_rule_does_not():
    demand(provision(end=END), provision())
    alone = demand(provision(end=END), provision(level=Level.LOCAL_RULE))
    assert list(lapsed_rulings(on=END)) == [alone]


@pytest.mark.parametrize("necessity", [n for n in Necessity if n != Necessity.MANDATORY])
def test_only_demands_lapse(necessity):
    RulingFactory(necessity=necessity, provisions=[provision(end=END)])
    assert not lapsed_rulings(on=END).exists()


def test_verdicts_are_judged_on_the_day_asked_for():
    ruling = demand(provision(end=END))
    place = region()
    for day, verdict in ((END - DAY, "mandatory"), (END, "lapsed")):
        found = rulings_for(approval=None, services=[ruling.service], region=place, on=day)
        assert found[ruling.service_id].verdict == verdict
        assert [r.verdict for r in rulings_on(ruling.service, on=day)] == [verdict]


def test_the_lapse_is_noted_once_however_often_the_task_runs():
    ruling = demand(provision(end=END))
    demand(provision())
    assert [note_lapsed(), note_lapsed()] == [1, 0]
    (entry,) = Entry.objects.filter(kind=LAPSE_NOTED)
    assert entry.subject == ruling.urn
    assert ruling.bases.get().provision.urn in entry.body


def test_noting_it_alters_nothing_of_the_ruling():
    ruling = demand(provision(end=END))
    note_lapsed()
    ruling.refresh_from_db()
    assert (ruling.necessity, ruling.recorded.upper, ruling.in_force.upper) == (
        Necessity.MANDATORY,
        None,
        None,
    )


def test_what_does_not_lapse_is_not_noted_on_request():
    assert not note_lapse(ruling=demand(provision()), on=END)
    assert not Entry.objects.filter(kind=LAPSE_NOTED).exists()


def test_the_ruling_is_locked_before_the_ledger_is_asked():
    """So that two tasks at once note it once."""
    ruling = demand(provision(end=END))
    with CaptureQueriesContext(connection) as captured:
        note_lapse(ruling=ruling, on=timezone.localdate())
    statements = [q["sql"] for q in captured.captured_queries]
    locked = next((n for n, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql), len(statements))
    asked = next(n for n, sql in enumerate(statements) if "ledger_entry" in sql)
    assert locked < asked


def test_the_public_is_told_on_every_page_that_shows_the_demand(client):
    approval = ApprovalFactory()
    ruling = demand(provision(end=END), approval=approval, region=approval.region)
    pages = [
        f"/en/need/?approval={approval.ref}",
        f"/en/approvals/{approval.ref}/",
        f"/en/services/{ruling.service.code}/",
        f"/en/rulings/{ruling.pk}/",
        "/en/rulings/lapsed/",
    ]
    for page in pages:
        html = client.get(page).text
        assert "Basis ended" in html, page
        assert "seal-must" not in html, page
    answer = client.get(pages[0]).text
    assert "Open a tender" not in answer
    assert "requires no intermediary service of you" in answer


def test_the_day_before_it_is_still_shown_as_required(client):
    ruling = demand(provision(end=END))
    html = client.get(f"/en/rulings/{ruling.pk}/?on={END - DAY}").text
    assert "seal-must" in html.split('id="then"')[1]


def test_editors_are_led_to_what_needs_a_new_version(client):
    acting(client, Role.EDITOR)
    assert "need a new version" not in client.get("/en/rulings/drafts/").text
    ruling = demand(provision(end=END))
    demand(provision(end=END))
    assert "2 rulings need a new version" in client.get("/en/rulings/drafts/").text
    assert f"?service={ruling.service.code}" in client.get("/en/rulings/lapsed/").text


def test_visitors_are_not_offered_what_only_editors_may_do(client):
    demand(provision(end=END))
    assert "Draft a new version" not in client.get("/en/rulings/lapsed/").text


def test_nothing_lapsed_is_said_so(client):
    assert "Every demand on record rests on a law in force" in client.get("/en/rulings/lapsed/").text


def test_the_list_takes_the_same_queries_for_any_number(client, assert_flat):
    assert_flat(client, "/en/rulings/lapsed/", lambda: demand(provision(end=END), approval=ApprovalFactory()))


def test_the_law_says_of_each_ruling_whether_it_still_carries_it(client):
    ended = provision(end=END)
    demand(ended)
    assert "Basis ended" in client.get(f"/en/provisions/{ended.ref}/").text


def test_what_is_judged_in_hand_and_in_the_database_is_the_same():
    demand(provision(end=END))
    demand(provision(instrument_end=END))
    demand(provision(end=END), provision())
    demand(provision(end=END), provision(level=Level.LOCAL_RULE))
    bare = InstrumentFactory(level=Level.LAW, in_force=None)
    demand(ProvisionFactory(instrument=bare, in_force=DateRange(START, END, "[)")))
    RulingFactory(necessity=Necessity.OPTIONAL, provisions=[provision(end=END)])
    for day in (START - DAY, END - DAY, END):
        told = {r.pk: r.lapsed for r in Ruling.objects.judged_on(day)}
        assert {r.pk: judged(r, day).lapsed for r in Ruling.objects.prefetch_related(bases())} == told
    assert sorted(told.values()) == [False, False, True, True, True, True]


def test_a_short_way_to_the_lapsed_leaves_none_out():
    demand(provision(end=END))
    demand(provision(instrument_end=END))
    demand(provision())
    on_record = Ruling.objects.on_record()
    assert set(on_record.weakly_based(END).lapsed_on(END)) == set(on_record.lapsed_on(END))
    assert on_record.lapsed_on(END).count() == 2
