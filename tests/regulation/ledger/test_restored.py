"""What a superuser does, with the triggers off or round them, and a backup that is put back: both are held
against a checkpoint that somebody outside kept."""

from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from config.embedded.postgres import OWNER
from regulation.ledger.auditing import audit
from regulation.ledger.models import Checkpoint
from regulation.ledger.operations import record
from regulation.ledger.roles import append_only_tables
from regulation.ledger.tasks import integrate

from .house import BASE, KIND, About, House

SUPERUSER = "postgres"


def some(many: int) -> str:
    """Entries with their places and a checkpoint; returns it."""
    for n in range(many):
        with transaction.atomic():
            record(kind=KIND, subject=About, actor=None, body={"n": n})
    integrate()
    return Checkpoint.objects.order_by("-size")[0].note


def audited(outside: str) -> str:
    """What the operator's command says that differs; nothing where nothing does."""
    try:
        call_command("ledger_audit", against=outside, stdout=StringIO())
    except CommandError as fault:
        return str(fault)
    return ""


def test_a_backup_older_than_an_outside_checkpoint_is_seen(house, tmp_path):
    early, late = tmp_path / "early", tmp_path / "late"
    early.write_text(house.run(some, 5))
    backup = house.dump(tmp_path / "backup")
    late.write_text(house.run(some, 5))
    assert [house.run(audited, kept) for kept in (early, late)] == ["", ""]
    house.sql(f"CREATE DATABASE copy_restored OWNER {OWNER}", database=BASE)
    house.restore(backup, "copy_restored")
    assert house.run(audited, early, database="copy_restored") == ""
    said = house.run(audited, late, database="copy_restored")
    assert said == "1 differences; the first: leaves missing, outside checkpoint 10"
    still_guarded(house, "copy_restored")


def still_guarded(house: House, database: str) -> None:
    """A dump carries privileges, triggers, and that these fire always."""
    with psycopg.connect(house.postgres.url("qinqing_site", database)) as link:
        for sql in (
            "DELETE FROM ledger_entry",
            "UPDATE ledger_leaf SET data = NULL",
            "INSERT INTO ledger_leaf (index, integrated_at) VALUES (99, now())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), link.transaction():
                link.execute(sql)
    with pytest.raises(psycopg.errors.RaiseException, match="Cannot"):
        house.sql(f"{REPLICA} DELETE FROM ledger_leaf", database=database)
    house.run(some, 2, database=database)
    assert house.run(audit, database=database) == []


REPLICA = "SET session_replication_role = replica; "


def test_a_session_that_says_it_replicates_does_not_get_round_a_trigger(house):
    """The superuser's way round: closed on every append-only table, and open where a trigger is as made."""
    house.run(some, 3)
    filled = 0
    for table in append_only_tables():
        with pytest.raises(psycopg.errors.RaiseException, match="Cannot truncate"):
            house.sql(f"{REPLICA} TRUNCATE {table} CASCADE")
        if house.sql(f"SELECT count(*) FROM {table}") != [(0,)]:
            filled += 1
            with pytest.raises(psycopg.errors.RaiseException, match="Cannot update or delete"):
                house.sql(f"{REPLICA} DELETE FROM {table}")
    assert filled >= 4
    guards = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_leaf'::regclass AND NOT tgisinternal"
    for (name,) in house.sql(guards):
        house.sql(f"ALTER TABLE ledger_leaf ENABLE TRIGGER {name}")
    house.sql(f"{REPLICA} DELETE FROM ledger_leaf")
    assert house.sql("SELECT count(*) FROM ledger_leaf") == [(0,)]


SECOND, THIRD = (f"(SELECT entry_id FROM ledger_leaf WHERE index = {n})" for n in (1, 2))
BEHIND = {
    "content edited": (f"UPDATE ledger_entry SET body = '{{}}' WHERE id = {SECOND}", "body altered"),
    "back-dated": (
        f"UPDATE ledger_entry SET recorded_at = recorded_at - interval '1 day' WHERE id = {SECOND}",
        "entry altered",
    ),
    "an entry dropped": (
        f"DELETE FROM ledger_entry WHERE id = {SECOND}; DELETE FROM ledger_leaf WHERE index = 1",
        "leaf missing",
    ),
    "two swapped": (
        "ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_entry_id_key; "
        f"UPDATE ledger_leaf SET entry_id = CASE index WHEN 1 THEN {THIRD} ELSE {SECOND} END "
        "WHERE index IN (1, 2)",
        "entry altered",
    ),
    "content truncated": ("UPDATE ledger_entry SET salt = NULL, body = NULL", "content missing"),
    "leaves truncated": ("TRUNCATE ledger_leaf", "leaves missing"),
    "all truncated": ("TRUNCATE ledger_entry CASCADE", "leaves missing"),
    "the tree truncated": ("TRUNCATE ledger_tile", "tree altered"),
    "checkpoints truncated": ("TRUNCATE ledger_checkpoint CASCADE", "checkpoint missing"),
    "the key truncated": ("TRUNCATE ledger_logkey", "checkpoint not signed"),
    "all of it truncated": (
        "TRUNCATE ledger_entry, ledger_leaf, ledger_tile, ledger_checkpoint, ledger_logkey CASCADE",
        "leaves missing",
    ),
}


OFF = """DO $$ DECLARE named text; BEGIN
    FOR named IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER ALL', named);
    END LOOP;
END $$"""


def found_behind(change: str, against: str) -> list[str]:
    """What the audit finds after a superuser's change with every trigger off; the change is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OFF)
        cursor.execute(change)
        found = audit(against=against)
        transaction.set_rollback(True)
    return [one.what for one in found]


def test_whatever_a_superuser_does_with_the_triggers_off_is_seen(house: House):
    outside = house.run(some, 3)
    house.run(some, 3)
    assert house.run(found_behind, "SELECT 1", outside, role=SUPERUSER) == []
    for case, (change, what) in BEHIND.items():
        found = house.run(found_behind, change, outside, role=SUPERUSER)
        assert what in found, (case, found)
    assert house.run(audit) == []
