"""What the site's own role may do to the ledger's tables: named columns, no number, no time, no way round."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from regulation.ledger import backoff, effects, outbox
from regulation.ledger.auditing import Difference, raise_alarms
from regulation.ledger.models import Checkpoint, Delivery, Entry, ReceiptLink
from regulation.ledger.operations import commitment, explain_alarm, record
from regulation.ledger.queries import database_now
from regulation.ledger.roles import NAMED, append_only_tables
from regulation.ledger.tasks import heartbeat, integrate
from tests.factories import world

pytestmark = pytest.mark.django_db
CONTENT = f"'k', 's', '\\x30', '{{}}', '\\x{commitment(b'0', b'{}').hex()}'"
COLUMNS = "kind, subject, salt, body, commitment"
REFUSED = (
    {
        "an entry's number": f"INSERT INTO ledger_entry (id, {COLUMNS}) VALUES (-1, {CONTENT})",
        "an entry's time": f"INSERT INTO ledger_entry (recorded_at, {COLUMNS}) VALUES (now(), {CONTENT})",
        "a leaf's time": "INSERT INTO ledger_leaf (index, entry_id, header_salt, data, integrated_at) "
        "VALUES (9, 1, '', '', now())",
        "a checkpoint's time": "INSERT INTO ledger_checkpoint (size, signed_at) VALUES (9, now())",
        "a delivery's time": "INSERT INTO ledger_delivery (entry_id, delivered_at) VALUES (1, now())",
        "a receipt's time": "INSERT INTO ledger_receiptlink (ref, entry_id, made_at) VALUES ('r', 1, now())",
        "an erasure's time": "INSERT INTO ledger_erasure (entry_id, asked_at) VALUES (1, now())",
        "an alarm's time": "INSERT INTO ledger_alarm (what, \"where\", found_at) VALUES ('w', 'w', now())",
        "when an effect was owed": "INSERT INTO ledger_outstanding (entry_id, effect, made_at) "
        "VALUES (1, 'e', now())",
        "what an effect is owed for": "UPDATE ledger_outstanding SET entry_id = 2",
        "a cosignature's number": "INSERT INTO ledger_cosignature (id, name) VALUES (1, 'n')",
        "what an alarm found": "UPDATE ledger_alarm SET detail = ''",
        "a key": "INSERT INTO ledger_logkey (verifier, rotation) VALUES ('v', '')",
        "a tile's place": "UPDATE ledger_tile SET index = 9",
        "a tile": "DELETE FROM ledger_tile",
    }
    | {
        f"{verb.split()[0]} {table}": verb.format(table=table)
        for table in sorted(NAMED)
        for verb in ("DELETE FROM {table}", "TRUNCATE {table}", "ALTER TABLE {table} DISABLE TRIGGER ALL")
        if not (NAMED[table].deletes and verb.startswith("DELETE"))
    }
    | {
        f"UPDATE {table}": f"UPDATE {table} SET {{column}} = NULL"
        for table, rights in NAMED.items()
        if not rights.updates
    }
)


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_the_sites_role_may_not_even_try(case, as_site_role):
    sql = REFUSED[case]
    if "{column}" in sql:
        model = next(m for m in apps.get_models() if sql.startswith(f"UPDATE {m._meta.db_table} "))
        sql = sql.format(column=f'"{model._meta.concrete_fields[-1].column}"')
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_sites_role_does_all_that_the_site_does(as_site_role):
    made = record(kind="test.happened", subject=world.entity(), actor=None, body={"a": 1})
    assert integrate() == 1
    Delivery.objects.create(entry=made, effect="e")
    link = ReceiptLink.objects.create(ref="r" * 26, entry=made)
    assert link.made_at >= made.recorded_at
    assert Entry.objects.select_related("leaf").get(pk=made.pk).leaf.index == 0
    point = Checkpoint.objects.create(size=1, root=b"r", note="n")
    point.cosignatures.create(name="w", line="l", stated_at=link.made_at)
    (alarm,) = raise_alarms([Difference("body altered", made.urn)])
    explain_alarm(alarm=alarm, by=world.user(), reason="tried", at=link.made_at)
    heartbeat()
    heartbeat()


def test_the_sites_role_tries_gives_up_and_tries_again(as_site_role, monkeypatch):
    """Of what is owed: all that the outbox does."""

    def fails(entry: Entry) -> None:
        raise ValueError

    monkeypatch.setitem(effects._effects, "test.happened", {"test.fails": fails})
    made = record(kind="test.happened", subject=world.entity(), actor=None, body={})
    row = outbox.claim(at=database_now())
    assert isinstance(outbox.attempt(row, at=database_now()), ValueError)
    row.tries = backoff.TRIES
    outbox.attempt(row, at=database_now())
    dead = made.outstanding.get(dead_at__isnull=False)
    assert outbox.try_again(row=dead, by=None, at=database_now())
    monkeypatch.setitem(effects._effects, "test.happened", {"test.fails": lambda entry: None})
    assert outbox.attempt(outbox.claim(at=database_now()), at=database_now()) is None
    assert not made.outstanding.exists()


def test_what_is_granted_is_what_the_models_have():
    """A column that is added is not readable until it is named, and none is writable that should not be."""
    with connection.cursor() as cursor:
        for table, rights in NAMED.items():
            cursor.execute(
                "SELECT column_name, privilege_type FROM information_schema.column_privileges "
                "WHERE grantee = 'qinqing_site' AND table_name = %s",
                [table],
            )
            held: dict[str, set[str]] = {}
            for column, verb in cursor.fetchall():
                held.setdefault(verb, set()).add(column)
            model = next(m for m in apps.get_models() if m._meta.db_table == table)
            timed = {
                f.column for f in model._meta.concrete_fields if f.db_default.__class__.__name__ == "Now"
            }
            assert held["SELECT"] == {f.column for f in model._meta.concrete_fields}
            assert not held.get("INSERT", set()) & (timed | {"id"})
            assert bool(held.get("INSERT")) is rights.inserts
            assert held.get("UPDATE", set()) == set(rights.updates)
            cursor.execute("SELECT has_table_privilege('qinqing_site', %s, 'INSERT, UPDATE')", [table])
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT has_table_privilege('qinqing_site', %s, 'DELETE')", [table])
            assert cursor.fetchone() == (rights.deletes,)
    assert set(NAMED) == {model._meta.db_table for model in apps.get_app_config("ledger").get_models()}


def test_every_trigger_of_ours_fires_always_on_every_append_only_table():
    tables = append_only_tables()
    assert len(tables) > 20
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND starts_with(t.tgname, 'pgtrigger_')"
        )
        found = cursor.fetchall()
    assert {name for name, _trigger, _state in found} >= set(tables)
    assert [row for row in found if row[2] != "A"] == []
    for table in tables:
        guards = {trigger for name, trigger, _state in found if name == table}
        assert any("append_only" in one for one in guards), table
        assert any("no_truncate" in one for one in guards), table
