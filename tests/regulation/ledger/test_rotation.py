"""One key after the other: a planned one is followed, one after a loss or a theft is told outside."""

from io import StringIO

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from regulation.ledger import logkey, proofs
from regulation.ledger.auditing import audit, raise_alarms
from regulation.ledger.errors import NothingSigned, NotTheKey
from regulation.ledger.logkey import NoLogKey
from regulation.ledger.models import Alarm, Checkpoint, Entry, LogKey, Pending
from regulation.ledger.operations import explain_alarm, record
from regulation.ledger.queries import body_of, database_now
from regulation.ledger.receipts import verdict_on
from regulation.ledger.rotation import key_states, rotate, rotations
from regulation.ledger.sequencing import sequence, sign_checkpoint
from regulation.ledger.tasks import integrate
from regulation.ledger.tlog import Note, Turn, Verifier
from tests.factories import world
from tools.verify_receipt import Key, Refused, Rotation, check_receipt, follow, rotations_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipts(monkeypatch):
    """A receipt of the first entry, as it would be made now."""
    logkey.create()
    grow()
    monkeypatch.setattr(proofs, "published", lambda at: Checkpoint.objects.order_by("-size").first())
    entry = Entry.objects.order_by("pk")[0]
    return lambda: proofs.receipt_file(entry)


def grow() -> None:
    about = world.entity()
    for n in range(3):
        record(kind="test.happened", subject=about, actor=None, body={"n": n})
    integrate()


def from_outside(client, *known: str) -> list[Key]:
    """What a verifier holds that knew some keys and asked the log for its rotations."""
    text = client.get("/ledger/rotations").content.decode()
    return follow([Key.read(word) for word in known], rotations_in(text))


def test_a_planned_rotation_is_signed_by_both_and_followed(client, receipts):
    first = LogKey.objects.get().verifier
    old_receipt = receipts()
    assert rotations_in(client.get("/ledger/rotations").content.decode()) == []
    second = rotate(reason="planned")
    assert (str(logkey.verifier_of(logkey.read())), len(rotations())) == (str(second), 1)
    size = Turn.parse(Note.parse(rotations()[0]).text).head.size
    assert body_of(Entry.objects.get(kind="ledger.key_rotated"))["size"] == size
    grow()
    third = rotate(reason="planned")
    grow()
    keys = from_outside(client, first)
    assert [(key.until is None, str(key).partition("@")[0]) for key in keys] == [
        (False, first),
        (False, str(second)),
        (True, str(third)),
    ]
    new_receipt = receipts()
    for text in (old_receipt, new_receipt):
        assert verdict_on(text).code == "valid"
        assert check_receipt(text, keys).code == "valid"
    assert check_receipt(new_receipt, [Key.read(first)]).code == "signature", (
        "who follows nothing knows no more"
    )
    assert audit() == []


def test_a_key_that_was_replaced_signs_nothing_more(client, receipts):
    old = logkey.read()
    rotate(reason="planned")
    path = logkey._file()
    path.write_text(next(path.parent.glob("*.old-*")).read_text())
    grow()
    with pytest.raises(NoLogKey):
        sign_checkpoint()
    size = Checkpoint.objects.order_by("-size")[0].size
    forged = made_by(old, size + 1)
    assert verdict_on(receipts().partition("\n\n")[0] + "\n\n" + forged).code in ("inclusion", "retired")
    assert [key.until for key in key_states()] == [None, size]


def made_by(key, size: int) -> str:
    from regulation.ledger.tlog import Head, sign

    head = Head(logkey.verifier_of(key).name, size, b"\1" * 32)
    return str(Note(head.text(), (sign(head.text(), name=head.origin, key=key),)))


@pytest.mark.parametrize(("reason", "code"), [("lost", "valid"), ("compromised", "retired")])
def test_after_a_loss_or_a_theft_the_new_key_is_told_outside(client, receipts, reason, code):
    first = LogKey.objects.get().verifier
    old_receipt = receipts()
    if reason == "lost":
        logkey._file().unlink()
    second = rotate(reason=reason)
    grow()
    assert [str(key) for key in from_outside(client, first)] == [first], "nobody follows by itself"
    keys = from_outside(client, first, str(second))
    assert check_receipt(receipts(), keys).code == "valid"
    assert check_receipt(old_receipt, keys).code == code
    assert verdict_on(old_receipt).code == code
    assert verdict_on(receipts()).code == "valid"
    assert audit() == []
    page = client.get("/en/ledger/").content.decode()
    assert ("Compromised; it counts for nothing" in page) is (reason == "compromised")
    assert "How one key followed another" in page


def test_what_was_interrupted_is_finished(receipts, monkeypatch):
    def killed() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(logkey, "replace", killed)
    with transaction.atomic(), pytest.raises(KeyboardInterrupt):
        rotate(reason="planned")
    monkeypatch.undo()
    grow()
    assert LogKey.objects.count() == 2
    with pytest.raises(NoLogKey):
        sign_checkpoint()
    made = rotate(reason="planned")
    assert LogKey.objects.count() == 2, "no third one"
    assert logkey.counts(made)
    assert sign_checkpoint() is not None


def test_what_cannot_be_rotated_is_refused(tmp_path, settings):
    with pytest.raises(NotTheKey):
        rotate(reason="planned")
    logkey.create()
    with pytest.raises(NothingSigned):
        rotate(reason="planned")
    grow()
    logkey._file().unlink()
    with pytest.raises(NoLogKey):
        rotate(reason="planned")
    assert LogKey.objects.count() == 1
    settings.LEDGER_KEY_FILE = str(tmp_path / "other")
    with pytest.raises(FileExistsError):
        logkey.create()
    settings.LEDGER_KEY_FILE = ""
    with pytest.raises(NoLogKey):
        rotate(reason="planned")


def test_the_command_makes_keeps_and_rotates(tmp_path):
    def run(*words: str) -> str:
        out = StringIO()
        call_command("ledger_key", *words, stdout=out)
        return out.getvalue().strip()

    first = run("--to", str(tmp_path / "verifier"))
    assert (tmp_path / "verifier").read_text() == f"{first}\n"
    assert run("--if-missing") == first
    with pytest.raises(CommandError, match="--rotate"):
        run()
    with pytest.raises(CommandError, match="No checkpoint"):
        run("--rotate")
    grow()
    second = run("--rotate")
    assert second != first
    assert run("--if-missing") == second
    logkey._file().unlink()
    with pytest.raises(CommandError, match="LEDGER_KEY_FILE"):
        run("--if-missing")
    with pytest.raises(CommandError, match="LEDGER_KEY_FILE"):
        run("--rotate")
    assert run("--rotate", "--reason", "lost") not in (first, second)


def leads_on(known: str, note: str) -> bool:
    """Whether somebody who knows a key comes to trust another by a note."""
    try:
        return len(follow([Key.read(known)], [note])) > 1
    except Refused:
        return False


def test_a_rotation_that_is_altered_is_refused_and_seen_by_the_audit(receipts):
    first = LogKey.objects.get().verifier
    rotate(reason="planned")
    (note,) = rotations()
    for old, new in (
        ("planned", "lost"),
        ("planned", "bored"),
        ("rotation ", "rotating "),
        ("\nto ", "\nto x"),
        (f"from {first}", f"from {str(Verifier.parse(first)).replace('ledger', 'lodger', 1)}"),
    ):
        bad = note.replace(old, new, 1)
        assert not leads_on(first, bad), new
    assert leads_on(first, note)
    assert Rotation.read(note).reason == "planned"
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_logkey SET rotation = replace(rotation, 'planned', 'lost')")
    assert "key does not follow" in {one.what for one in audit()}


def test_the_thief_of_a_replaced_key_cannot_pass_it_on(client, receipts):
    """The old key signs a second rotation, to the thief's: a key passes on once."""
    old, first = logkey.read(), LogKey.objects.get().verifier
    rotate(reason="planned")
    keys = from_outside(client, first)
    point = Checkpoint.objects.order_by("size")[0]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from regulation.ledger.tlog import Head, sign

    thief = Ed25519PrivateKey.generate()
    turn = Turn(
        Head(Verifier.parse(first).name, point.size, bytes(point.root)),
        "planned",
        Verifier.parse(first),
        logkey.verifier_of(thief),
    )
    signatures = tuple(sign(turn.text(), name=turn.head.origin, key=key) for key in (old, thief))
    assert follow(keys, [str(Note(turn.text(), signatures))]) == keys


FORBIDDEN = [
    "INSERT INTO ledger_logkey (verifier, rotation) VALUES ('x', 'x')",
    "UPDATE ledger_logkey SET verifier = 'x'",
    "DELETE FROM ledger_logkey",
    "UPDATE ledger_pending SET entry_id = entry_id",
    "TRUNCATE ledger_pending",
    "UPDATE ledger_alarm SET what = 'nothing'",
    "UPDATE ledger_alarm SET detail = ''",
    "UPDATE ledger_alarm SET found_at = now()",
    "DELETE FROM ledger_alarm",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_the_sites_role_may_not(sql, receipts, request):
    record(kind="test.happened", subject=world.entity(), actor=None, body={})
    raise_alarms(made())
    request.getfixturevalue("as_site_role")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(sql)


def made() -> list:
    from regulation.ledger.auditing import Difference

    return [Difference("body altered", "ledger.entry/7", "evidence")]


def test_the_sites_role_does_what_sequencer_collector_and_staff_need(receipts, request):
    staff = world.user(is_staff=True)
    (alarm,) = raise_alarms(made())
    record(kind="test.happened", subject=world.entity(), actor=None, body={})
    request.getfixturevalue("as_site_role")
    assert integrate() > 0
    assert not Pending.objects.exists()
    raise_alarms([made()[0].__class__("tree altered", "ledger.leaf/1")])
    explain_alarm(alarm=alarm, by=staff, reason="A test.", at=database_now())
    assert key_states()


def test_what_waits_cannot_be_made_to_wait_no_more_or_twice(receipts):
    """Held by triggers, for the owner too: a row goes with its leaf, and does not come again."""
    entry = record(kind="test.happened", subject=world.entity(), actor=None, body={})
    with pytest.raises(IntegrityError, match="pending_until_its_leaf"), transaction.atomic():
        Pending.objects.filter(entry=entry).delete()
    sequence()
    with pytest.raises(IntegrityError, match="pending_waits_once"), transaction.atomic():
        Pending.objects.create(entry=entry)


@pytest.mark.parametrize("change", [{"what": "x"}, {"where": "x"}, {"detail": "x"}])
def test_what_an_alarm_found_stands_also_for_the_owner(change):
    raise_alarms(made())
    with pytest.raises(IntegrityError, match="alarm_evidence_stands"), transaction.atomic():
        Alarm.objects.update(**change)


def test_what_was_said_of_an_alarm_is_said_once():
    (alarm,) = raise_alarms(made())
    explain_alarm(alarm=alarm, by=world.user(), reason="A disk.", at=database_now())
    with pytest.raises(IntegrityError, match="alarm_evidence_stands"), transaction.atomic():
        Alarm.objects.update(explanation="Nothing.")
    assert audit() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_alarm SET explanation = 'Nothing.'",
        "UPDATE ledger_alarm SET what = 'tree altered'",
        "DELETE FROM ledger_alarm",
    ],
)
def test_what_is_done_to_an_alarm_behind_the_triggers_is_seen(sql):
    (alarm,) = raise_alarms(made())
    explain_alarm(alarm=alarm, by=world.user(), reason="A disk.", at=database_now())
    connection.check_constraints()
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert "alarm altered" in {one.what for one in audit()}


def test_the_first_key_is_one():
    logkey.create()
    with pytest.raises(IntegrityError, match="log_key_follows_another"), transaction.atomic():
        LogKey.objects.create(verifier="another")
