"""The tree over the entries: no gap, no double, no loss; and an audit that sees what was done behind it."""

import contextlib
import datetime as dt
import threading
from io import StringIO

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from regulation.ledger import logkey, sequencing
from regulation.ledger.auditing import audit, raise_alarms
from regulation.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from regulation.ledger.models import Alarm, Checkpoint, Entry, Leaf, LogKey, Pending, Tile
from regulation.ledger.operations import commitment, record
from regulation.ledger.sequencing import sequence, sign_checkpoint
from regulation.ledger.tasks import integrate
from regulation.ledger.tiles import TileReader
from regulation.ledger.tlog import Head, Note, Verifier
from tests.factories import world

pytestmark = pytest.mark.django_db


def entries(n: int, **body: object) -> list[Entry]:
    about = world.entity()
    return [record(kind="test.happened", subject=about, actor=None, body=body | {"n": i}) for i in range(n)]


def roots() -> bytes:
    return root_of(leaf_hash(bytes(d)) for d in Leaf.objects.order_by("index").values_list("data", flat=True))


def test_entries_wait_and_get_their_places_without_a_gap():
    made = entries(5)
    assert Pending.objects.count() == 5
    assert sequence(limit=3) == 3
    assert sequence() == 2
    assert sequence() == 0
    assert list(Leaf.objects.values_list("index", "entry")) == [(n, e.pk) for n, e in enumerate(made)]
    assert not Pending.objects.exists()


def test_tiles_hold_the_tree_over_their_border(django_assert_num_queries):
    entries(300)
    while sequence(limit=70):
        pass
    assert sorted((t.level, t.index, len(t.hashes) // 32) for t in Tile.objects.all()) == [
        (0, 0, 256),
        (0, 1, 44),
        (1, 0, 1),
    ]
    read = TileReader()
    leaf = Leaf.objects.get(index=277)
    proof = inclusion_proof(277, 300, read)
    facts = {"leaf": leaf_hash(bytes(leaf.data)), "index": 277, "size": 300, "root": roots()}
    verify_inclusion(**facts, proof=proof)
    at_once = TileReader()
    at_once.fetch(277, 300)
    with django_assert_num_queries(0):
        assert inclusion_proof(277, 300, at_once) == proof
        assert inclusion_proof(277, 300, at_once, at_once.siblings) == proof
    for index in range(300):
        assert inclusion_proof(index, 300, read, read.siblings) == inclusion_proof(index, 300, read)
    with pytest.raises(LookupError):
        read.siblings(44 + 256, 8)
    assert sequencing.root_now(300).root() == roots()
    verify_consistency(
        old=123,
        old_root=sequencing.root_now(123).root(),
        new=300,
        new_root=roots(),
        proof=consistency_proof(123, 300, read),
    )


def test_a_crash_in_the_middle_leaves_everything_waiting(monkeypatch):
    entries(3)

    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(sequencing, "grow", crash)
    with pytest.raises(RuntimeError, match="killed"):
        sequence()
    assert (Leaf.objects.count(), Pending.objects.count()) == (0, 3)
    monkeypatch.undo()
    assert sequence() == 3


def test_a_checkpoint_says_the_root_and_is_signed_once_a_size():
    verifier = logkey.create()
    assert sign_checkpoint() is None
    entries(3)
    integrate()
    point = Checkpoint.objects.get()
    note = Note.parse(point.note)
    assert Head.parse(note.text) == Head(verifier.name, 3, roots())
    assert note.signed_by(Verifier.parse(LogKey.objects.get().verifier)) == 0
    assert sign_checkpoint() is None
    entries(1)
    integrate()
    assert Checkpoint.objects.count() == 2


def test_a_process_without_the_key_sequences_and_signs_nothing():
    entries(2)
    assert integrate() == 2
    assert not Checkpoint.objects.exists()


def test_the_databases_clock_is_the_entrys_time():
    made = Entry.objects.create(
        kind="k",
        subject="s",
        salt=b"0",
        body="{}",
        commitment=commitment(b"0", b"{}"),
        recorded_at=dt.datetime(2001, 1, 1, tzinfo=dt.UTC),
    )
    made.refresh_from_db()
    assert made.recorded_at.year > 2020


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_leaf SET data = '\\x00'",
        "DELETE FROM ledger_leaf",
        "UPDATE ledger_checkpoint SET note = ''",
        "DELETE FROM ledger_checkpoint",
        "DELETE FROM ledger_tile",
        "UPDATE ledger_tile SET hashes = '\\x00'",
        "UPDATE ledger_tile SET hashes = hashes",
        "TRUNCATE ledger_leaf CASCADE",
    ],
)
def test_the_database_keeps_tree_and_checkpoints(sql):
    logkey.create()
    entries(2)
    integrate()
    connection.check_constraints()
    with (
        pytest.raises((DatabaseError, IntegrityError), match=r"Cannot|tile_only_grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.fixture
def signed() -> str:
    """Six entries with a checkpoint after the third and the sixth; returns the first, kept outside."""
    logkey.create()
    for _ in range(2):
        entries(3)
        integrate()
    connection.check_constraints()
    return Checkpoint.objects.get(size=3).note


def test_nothing_differs_where_nothing_was_done(signed):
    assert audit(against=signed) == []
    entries(1)
    assert audit(against=signed) == [], "what still waits is no difference"
    out = StringIO()
    call_command("ledger_audit", stdout=out)
    assert "nothing differs" in out.getvalue()


TAMPERING = {
    "edited": ("UPDATE ledger_entry SET body = '{\"n\":9}' WHERE id = {second}", "body altered"),
    "edited with its commitment": (
        "UPDATE ledger_entry SET body = '{}', commitment = sha256(salt || convert_to('{}', 'UTF8')) "
        "WHERE id = {second}",
        "entry altered",
    ),
    "back-dated": (
        "UPDATE ledger_entry SET recorded_at = recorded_at - interval '1 day' WHERE id = {second}",
        "entry altered",
    ),
    "another kind": ("UPDATE ledger_entry SET kind = 'x' WHERE id = {second}", "entry altered"),
    "another subject": ("UPDATE ledger_entry SET subject = 'x' WHERE id = {second}", "entry altered"),
    "the leaf redone": (
        "UPDATE ledger_leaf SET data = sha256('x') WHERE index = 1",
        "entry altered",
    ),
    "the tile redone": (
        "UPDATE ledger_tile SET hashes = overlay(hashes PLACING sha256('x') FROM 33) WHERE level = 0",
        "tree altered",
    ),
    "swapped": (
        "UPDATE ledger_leaf SET entry_id = CASE entry_id WHEN {second} THEN {third} ELSE {second} END "
        "WHERE entry_id IN ({second}, {third})",
        "entry altered",
    ),
    "a leaf dropped": ("DELETE FROM ledger_leaf WHERE index = 1", "leaf missing"),
    "the end dropped": ("DELETE FROM ledger_leaf WHERE index > 2", "leaves missing"),
    "all dropped": ("DELETE FROM ledger_leaf", "leaves missing"),
    "a root redone": ("UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 6", "checkpoint"),
    "a note redone": (
        "UPDATE ledger_checkpoint SET note = replace(note, 'ledger', 'lodger') WHERE size = 6",
        "checkpoint not signed",
    ),
    "a leaf and its wait dropped": (
        "DELETE FROM ledger_leaf WHERE index = 5",
        "leaves missing",
    ),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_whatever_the_owner_does_behind_the_triggers_is_seen(case, signed):
    sql, what = TAMPERING[case]
    keys = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    for name, key in (("{second}", keys[1]), ("{third}", keys[2])):
        sql = sql.replace(name, str(key))
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        if case == "swapped":
            cursor.execute("ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_entry_id_key")
        cursor.execute(sql)
    found = audit(against=signed)
    assert found
    assert what in {one.what for one in found} | {one.what.split()[0] for one in found}
    raise_alarms(found)
    raise_alarms(audit())
    assert Alarm.objects.filter(what=found[0].what, where=found[0].where).count() == 1
    with pytest.raises(CommandError, match="differences"):
        call_command("ledger_audit", stdout=StringIO())


def test_a_history_rewritten_whole_is_seen_by_whoever_kept_a_checkpoint(signed):
    """The operator, with the log's own key, forges everything anew: only the outside checkpoint tells."""
    second = Entry.objects.order_by("pk")[1]
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_entry SET body = '{}', commitment = sha256(salt || convert_to('{}', 'UTF8')) "
            "WHERE id = %s",
            [second.pk],
        )
        for table in ("ledger_leaf", "ledger_tile", "ledger_checkpoint"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("INSERT INTO ledger_pending SELECT id FROM ledger_entry")
    integrate()
    assert audit() == []
    assert [one.what for one in audit(against=signed)] == ["history rewritten"]


def test_an_alarm_is_explained_by_a_person_in_writing_and_never_removed():
    made = Alarm.objects.create(what="body altered", where="ledger.entry/1")
    with pytest.raises(IntegrityError, match="alarm_explained"), transaction.atomic():
        Alarm.objects.filter(pk=made.pk).update(explained_at=dt.datetime.now(dt.UTC))
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        made.delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_sequencers_at_once_make_one_order(locked, monkeypatch):
    """With the lock taken out they collide: the control that shows this test can fail."""
    met = threading.Barrier(2)

    def nothing_held() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait(timeout=5)

    if not locked:
        monkeypatch.setattr(sequencing, "hold_lock", nothing_held)
    with transaction.atomic():
        entries(40)
    start, failures = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait()
            while sequence(limit=5):
                pass
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if locked:
        assert failures == []
        assert list(Leaf.objects.values_list("index", flat=True)) == list(range(40))
        assert audit() == []
    else:
        assert failures


def test_a_receipt_of_a_real_entry_verifies_with_the_offline_tool_and_a_changed_one_does_not(monkeypatch):
    from regulation.ledger import proofs
    from regulation.ledger.publication import next_moment
    from regulation.ledger.receipts import verdict_on

    logkey.create()
    made = entries(5)
    assert proofs.receipt_file(made[2]) is None, "not integrated yet"
    integrate()
    point = Checkpoint.objects.get()
    monkeypatch.setattr(proofs, "database_now", lambda: point.signed_at)
    assert proofs.receipt_file(made[2]) is None, "not published yet"
    monkeypatch.setattr(proofs, "database_now", lambda: next_moment(at=point.signed_at))
    text = proofs.receipt_file(made[2])
    assert text is not None
    assert verdict_on(text).code == "valid"
    assert verdict_on(text.replace("index 2", "index 3")).code == "inclusion"
