"""A regulator asks about another day, or what was known then; and what everyone may ask of an entity."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Declaration, Role
from regulation.parties.widgets import MomentInput
from tests.factories import world

pytestmark = pytest.mark.django_db
NOW = timezone.now()
JANUARY = dt.date(2026, 1, 1)


@pytest.fixture
def pair():
    department, body = world.department(), world.entity("intermediary")
    Declaration.objects.create(entity=body, as_of=world.LONG_AGO)
    return department, body


def ask(client, pair, language="/en", **said):
    fields = {"intermediary": pair[1].credit_code, "department": pair[0].name, "on": "", "known": ""} | said
    return client.post(f"{language}/checks/new/", fields)


def test_today_is_stored_and_another_day_is_shown_alone(pair, sign_in):
    one = world.member(Role.REGULATOR)
    client = sign_in(one)
    world.interest(*pair, held=DateRange(world.LONG_AGO, JANUARY))
    assert ask(client, pair).status_code == 302
    assert ask(client, pair, on=timezone.localdate().isoformat()).status_code == 302
    assert {c.outcome for c in Check.objects.all()} == {"clear"}
    assert Check.objects.count() == 2
    shown = ask(client, pair, on="2025-12-31")
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "may not serve the approvals of" in text
    assert "affiliated-body" in text
    assert Check.objects.count() == 2, "what everybody goes by is the newest check that is stored"
    entry = Entry.objects.get(kind="decoupling.asked")
    assert (entry.subject, entry.actor) == (one.user.urn, one.user)
    assert body_of(entry)["on"] == "2025-12-31"


def test_what_was_known_then_is_another_answer_than_what_is_known_now(pair, sign_in):
    then, learned = NOW - dt.timedelta(days=9), NOW - dt.timedelta(days=2)
    world.interest(*pair, recorded=DateTimeTZRange(learned, None))
    client = sign_in(world.member(Role.REGULATOR))

    def asked(known: dt.datetime) -> str:
        known_text = timezone.localtime(known).strftime("%Y-%m-%d %H:%M")
        return ask(client, pair, on="2026-11-20", known=known_text).content.decode()

    assert "may not serve the approvals of" in asked(NOW - dt.timedelta(days=1))
    before = asked(then)
    assert "may not serve the approvals of" not in before
    assert "has not declared its interests" in before, "nor was its declaration known then"
    assert not Check.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("on", "1800-01-01"),
        ("on", "9999-01-01"),
        ("on", "x"),
        ("known", "1999-01-01 00:00"),
        ("known", "2150-01-01 00:00"),
        ("known", "x"),
    ],
)
def test_a_day_or_moment_that_is_none_is_told(field, value, pair, sign_in):
    client = sign_in(world.member(Role.REGULATOR))
    assert ask(client, pair, **{field: value}).status_code == 422
    assert not Check.objects.exists()
    assert not Entry.objects.filter(kind="decoupling.asked").exists()


@pytest.mark.parametrize("language", ["", "/en"])
def test_people_in_an_answer_are_named_to_the_regulator_and_the_entry_names_none(language, pair, sign_in):
    head = world.person(name="演示丙")
    world.interest(head, pair[1], "legalRepresentative")
    world.interest(head, pair[0], "official", rank="leading")
    client = sign_in(world.member(Role.REGULATOR))
    text = ask(client, pair, language, on="2026-01-02").content.decode()
    assert "演示丙" in text
    entry = Entry.objects.get(kind="decoupling.asked")
    assert body_of(entry)["people"] is True
    assert "演示丙" not in entry.body


def test_everyone_reads_what_an_entity_held_on_a_day_and_a_regulator_what_was_known(pair, client, sign_in):
    gone = world.interest(*pair, kind="affiliation", source="旧档案", held=DateRange(world.LONG_AGO, JANUARY))
    taken_off = world.interest(
        *pair,
        kind="setUp",
        source="撤回的档案",
        recorded=DateTimeTZRange(NOW - dt.timedelta(9), NOW - dt.timedelta(3)),
    )
    page = f"/en/entities/{pair[1].pk}/"
    assert gone.source in client.get(page).content.decode()
    assert gone.source in client.get(f"{page}?on=2025-12-31").content.decode()
    assert gone.source not in client.get(f"{page}?on=2026-01-01").content.decode()
    known = timezone.localtime(NOW - dt.timedelta(5)).strftime("%Y-%m-%d+%H:%M")
    asked = f"{page}?known={known}"
    assert taken_off.source not in client.get(asked).content.decode(), "not to the public"
    assert taken_off.source in sign_in(world.member(Role.REGULATOR)).get(asked).content.decode()
    assert client.get(f"{page}?on=x").status_code == 422
    assert client.get(f"{page}?on=9999-99-99&known=%00").status_code == 422


@pytest.mark.parametrize(
    ("carried", "written"),
    [
        ("2026-11-29T02:39:34.779545+00:00", "2026-11-29 10:39:34"),
        ("2026-11-29T02:39:00+00:00", "2026-11-29 10:39"),
        ("2026-11-24 15:00", "2026-11-24 15:00"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("2026-02-30T00:00:00", "2026-02-30T00:00:00"),
        ("tomorrow", "tomorrow"),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_in_an_address_is_shown_as_people_write_it(carried, written):
    assert MomentInput().format_value(carried) == written
