"""An article holds only while its law does: in the database, in the CMS, and for what rests on it."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.registry.errors import ArticleOutsideInstrument
from regulation.registry.models import Instrument, Provision
from regulation.registry.operations import save_catalogued
from regulation.registry.queries import lapsed_rulings
from tests.factories.registry import InstrumentFactory, ProvisionFactory, RulingFactory, UserFactory

pytestmark = pytest.mark.django_db
START, END = dt.date(2020, 1, 1), dt.date(2026, 8, 15)


def period(start, end=None):
    return DateRange(start, end, "[)")


def law(end=None):
    return InstrumentFactory(in_force=period(START, end))


@pytest.mark.parametrize(
    "held",
    [period(dt.date(2019, 12, 31)), period(START), period(END, dt.date(2027, 1, 1))],
    ids=["starts before", "outlasts", "starts after"],
)
def test_an_article_outside_its_law_is_refused(held):
    instrument = law(END)
    with pytest.raises(IntegrityError, match="provision_within_its_instrument"), transaction.atomic():
        ProvisionFactory(instrument=instrument, in_force=held)


def test_it_may_start_later_and_end_with_it_and_unknown_periods_are_left_alone():
    ProvisionFactory(instrument=law(END), in_force=period(dt.date(2024, 1, 1), END))
    ProvisionFactory(instrument=law(END), in_force=None)
    ProvisionFactory(instrument=InstrumentFactory(in_force=None), in_force=period(START))


def test_a_law_that_ends_takes_its_articles_along():
    instrument = law()
    open_one = ProvisionFactory(instrument=instrument, in_force=period(START))
    ended = ProvisionFactory(instrument=instrument, in_force=period(START, dt.date(2022, 1, 1)))
    Instrument.objects.filter(pk=instrument.pk).update(in_force=period(START, END))
    assert Provision.objects.get(pk=open_one.pk).in_force.upper == END
    assert Provision.objects.get(pk=ended.pk).in_force.upper == dt.date(2022, 1, 1)


@pytest.mark.parametrize("moved", [period(dt.date(2021, 1, 1)), period(dt.date(2010, 1, 1), START)])
def test_a_law_does_not_leave_an_article_behind(moved):
    instrument = ProvisionFactory(instrument=law(), in_force=period(START)).instrument
    with pytest.raises(IntegrityError, match="provision_within_its_instrument"), transaction.atomic():
        Instrument.objects.filter(pk=instrument.pk).update(in_force=moved)


@pytest.mark.parametrize("table", ["registry_instrument", "registry_provision"])
@pytest.mark.parametrize("value", ["'empty'", "'(,2024-01-01)'"])
def test_a_period_has_a_first_day(table, value):
    ProvisionFactory()
    refused = pytest.raises(IntegrityError, match="period_has_days")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET in_force = {value}")


def test_a_law_does_not_repeal_itself():
    instrument = law()
    with pytest.raises(IntegrityError, match="instrument_not_repealed_by_itself"), transaction.atomic():
        Instrument.objects.filter(pk=instrument.pk).update(repealed_by=instrument)


def test_the_entry_names_the_articles_that_end_and_the_demand_lapses():
    article = ProvisionFactory(instrument=law(), in_force=period(START))
    ruling = RulingFactory(necessity="mandatory", provisions=[article])
    instrument = article.instrument
    instrument.in_force = period(START, END)
    save_catalogued(item=instrument, changed=["in_force"], by=UserFactory())
    assert body_of(Entry.objects.get())["articles_ended"] == [article.urn]
    assert list(lapsed_rulings(on=END)) == [ruling]
    assert not lapsed_rulings(on=END - dt.timedelta(days=1)).exists()


def test_what_cannot_be_is_told_in_words_and_leaves_nothing():
    article = ProvisionFactory(instrument=law(END), in_force=period(START, END))
    article.in_force = period(START)
    with pytest.raises(ArticleOutsideInstrument):
        save_catalogued(item=article, changed=["in_force"], by=UserFactory())
    assert not Entry.objects.exists()
    assert Provision.objects.get(pk=article.pk).in_force.upper == END


def test_the_editor_of_a_law_reads_why_a_day_is_refused(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    instrument = ProvisionFactory(instrument=law(), in_force=period(START)).instrument
    answer = client.post(
        reverse("registry_instruments:edit", args=[instrument.pk]),
        {
            "title": instrument.title,
            "region": instrument.region_id,
            "source": "来源",
            "in_force_0": "2021-01-01",
            "in_force_1": "",
        },
    )
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == [str(ArticleOutsideInstrument())]
    assert Instrument.objects.get(pk=instrument.pk).in_force.lower == START
