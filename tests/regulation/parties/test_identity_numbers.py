"""An identity number is nowhere once it was sent: not on record, not in a log, not on the page."""

import logging

import pytest
from django.db import connection

from regulation.parties import errors
from regulation.parties.identifiers import identity_digest, is_identity_number
from regulation.parties.models import DeclarationDraft, Person, Role
from regulation.parties.operations import digest_of_number
from tests.factories import world
from tests.regulation.parties.test_declarations import ROW

pytestmark = pytest.mark.django_db
NUMBER = "11010519491231002X"
ADD = "/en/account/declaration/add/owner/"


def everything_on_record() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        told = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" t")
            told.append(cursor.fetchone()[0])
    return "\n".join(told)


@pytest.fixture
def agent():
    return world.member(Role.AGENT, world.entity("intermediary"))


@pytest.fixture
def logs(caplog, capsys):
    """All that was logged, at every level, as text."""
    caplog.set_level(logging.DEBUG)

    def read() -> str:
        printed = capsys.readouterr()
        return caplog.text + printed.out + printed.err + "".join(str(r.__dict__) for r in caplog.records)

    return read


def test_the_dump_finds_what_is_on_record(agent):
    world.person(name=NUMBER)
    assert NUMBER in everything_on_record()


@pytest.mark.parametrize("typed", [NUMBER, " 110105 19491231 002x "])
def test_a_number_is_kept_as_its_hmac_alone(agent, sign_in, logs, settings, typed):
    client = sign_in(agent)
    answer = client.post(ADD, ROW | {"identity": typed}, follow=True)
    pages = answer.content.decode()
    key = DeclarationDraft.objects.get().rows[0]["key"]
    pages += client.get(f"/en/account/declaration/rows/{key}/").content.decode()
    pages += client.get("/en/account/declaration/check/").content.decode()
    pages += client.post("/en/account/declaration/check/", follow=True).content.decode()
    kept = bytes(Person.objects.get().identity_digest)
    assert kept == identity_digest(NUMBER, key=settings.IDENTITY_HMAC_KEY.encode())
    for where in (pages, everything_on_record(), logs()):
        assert typed.strip() not in where
        assert NUMBER not in where
    assert kept.hex() not in pages


@pytest.mark.parametrize("change", [{"source": ""}, {"identity": "110105194912310021"}, {"birth_month": "x"}])
def test_an_error_does_not_echo_it(agent, sign_in, logs, change):
    sent = ROW | {"identity": NUMBER} | change
    answer = sign_in(agent).post(ADD, sent)
    assert answer.status_code == 422
    for where in (answer.content.decode(), everything_on_record(), logs()):
        assert sent["identity"] not in where


def test_a_failure_of_the_site_does_not_tell_it(agent, client, logs, monkeypatch):
    from regulation.parties.views import declarations

    def broken(**_said):
        raise RuntimeError("broken")

    monkeypatch.setattr(declarations.operations, "keep_row", broken)
    client.raise_request_exception = False
    client.force_login(agent.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(ADD, ROW | {"identity": NUMBER})
    assert answer.status_code == 500
    for where in (answer.content.decode(), everything_on_record(), logs()):
        assert NUMBER not in where


def test_a_row_keeps_its_number_when_it_is_edited_without_one(agent, sign_in):
    client = sign_in(agent)
    client.post(ADD, ROW | {"identity": NUMBER})
    row = DeclarationDraft.objects.get().rows[0]
    client.post(f"/en/account/declaration/rows/{row['key']}/", ROW | {"least": "50"})
    again = DeclarationDraft.objects.get().rows[0]
    assert (again["identity"], again["share"]) == (row["identity"], ["50", "50"])


def test_without_a_key_nothing_is_taken_and_no_plain_hash_made(agent, sign_in, settings):
    settings.IDENTITY_HMAC_KEY = ""
    answer = sign_in(agent).post(ADD, ROW | {"identity": NUMBER})
    assert answer.status_code == 422
    assert "key for them is not set" in answer.content.decode()
    assert not DeclarationDraft.objects.exists()
    with pytest.raises(errors.IdentityKeyMissing):
        digest_of_number(NUMBER)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (NUMBER, True),
        ("11010519491231002x", True),
        ("110105194912310021", False),
        ("11010519491231002", False),
        ("1101051949123100２X", True),
        ("", False),
        ("²" * 18, False),
    ],
)
def test_a_number_has_its_last_character(text, valid):
    assert is_identity_number(text) is valid
