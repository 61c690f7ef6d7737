"""The ledger keeps what is written, for whoever tries to change it, and tells each effect once."""

import hashlib
import threading

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from regulation.ledger import effects
from regulation.ledger.models import Delivery, Entry
from regulation.ledger.operations import commitment, record
from regulation.ledger.queries import body_of
from regulation.ledger.tasks import deliver
from tests.factories import world


def entry(kind: str = "test.happened", **body: object) -> Entry:
    return record(kind=kind, subject=world.entity(), actor=None, body=body or {"a": 1})


@pytest.fixture
def effect():
    """Registers an effect of kind test.happened for one test; returns the list of entries it ran for."""
    ran: list[int] = []

    def remember(entry: Entry) -> None:
        ran.append(entry.pk)

    effects._effects["test.happened"] = {"test.remember": remember}
    yield ran
    del effects._effects["test.happened"]


def refused(sql: str, *params: object) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
    return str(refusal.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET body = '{}'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
    ],
)
def test_the_owner_itself_cannot_alter_an_entry(sql):
    entry()
    connection.check_constraints()
    assert "Cannot" in refused(sql)
    assert Entry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET body = '{}'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    ],
)
def test_the_sites_role_may_not_even_try(sql, as_site_role):
    message = refused(sql)
    assert "permission denied" in message or "must be owner" in message


@pytest.mark.django_db
def test_the_sites_role_can_write_an_entry(as_site_role):
    made = Entry.objects.create(
        kind="k", subject="s", salt=b"0", body="{}", commitment=commitment(b"0", b"{}")
    )
    assert Entry.objects.get(pk=made.pk).kind == "k"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("salt", "body", "said"), [(b"0", "{}", b"1"), (b"0", None, b"1"), (None, "{}", b"1"), (None, None, b"1")]
)
def test_the_database_refuses_an_entry_that_does_not_commit_to_its_content(salt, body, said):
    with pytest.raises(IntegrityError, match="entry_commits_to_its_content"), transaction.atomic():
        Entry.objects.create(kind="k", subject="s", salt=salt, body=body, commitment=said)


@pytest.mark.django_db
def test_only_the_owner_can_set_a_trigger_aside():
    world.tender()
    change = "UPDATE tenders_tender SET title = 'x'"
    with pgtrigger.ignore("tenders.Tender:published_terms_stand"), connection.cursor() as cursor:
        cursor.execute(change)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE qinqing_site")
    try:
        with pgtrigger.ignore("tenders.Tender:published_terms_stand"):
            assert "tender_published_terms_stand" in refused("UPDATE tenders_tender SET title = 'y'")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_the_commitment_is_the_digest_of_salt_and_canonical_body():
    made = entry(b=2, a="中")
    assert made.body == '{"a":"中","b":2}'
    assert bytes(made.commitment) == hashlib.sha256(bytes(made.salt) + made.body.encode()).digest()
    assert body_of(made) == {"a": "中", "b": 2}


@pytest.mark.django_db
def test_the_same_body_twice_gives_two_commitments():
    assert bytes(entry().commitment) != bytes(entry().commitment)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction():
    subject = world.entity()
    with pytest.raises(transaction.TransactionManagementError):
        record(kind="k", subject=subject, actor=None, body={})
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_a_message_sent_twice_has_one_effect(effect):
    made = entry()
    deliver(made.pk)
    deliver(made.pk)
    assert effect == [made.pk]


@pytest.mark.django_db(transaction=True)
def test_a_message_taken_by_two_workers_has_one_effect(effect, elsewhere):
    with transaction.atomic():
        made = entry()
    inside, go_on = threading.Event(), threading.Event()

    def slow(found: Entry) -> None:
        effect.append(found.pk)
        inside.set()
        go_on.wait(10)

    effects._effects["test.happened"] = {"test.remember": slow}
    first = threading.Thread(target=lambda: elsewhere(deliver, made.pk, lock_timeout="20s"))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=lambda: elsewhere(deliver, made.pk, lock_timeout="20s"))
    second.start()
    go_on.set()
    first.join(20)
    second.join(20)
    assert effect == [made.pk]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_the_database_refuses_a_second_delivery_of_one_effect():
    made = entry()
    Delivery.objects.create(entry=made, effect="e")
    with pytest.raises(IntegrityError, match="delivery_once_per_entry_and_effect"), transaction.atomic():
        Delivery.objects.create(entry=made, effect="e")
