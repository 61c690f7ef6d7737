"""What is due goes to the witnesses, what they cosigned is published, and the rest is pending."""

import datetime as dt
import threading
from http.server import ThreadingHTTPServer

import pgtrigger
import pytest
from django.core.cache import cache
from django.core.checks import run_checks
from django.db import connection, transaction

from regulation.ledger import logkey, proofs
from regulation.ledger.auditing import audit
from regulation.ledger.cosigning import collect
from regulation.ledger.models import Alarm, Checkpoint, Cosignature, Entry
from regulation.ledger.operations import record
from regulation.ledger.publication import due, next_moment, published, published_list, standing
from regulation.ledger.queries import database_now
from regulation.ledger.receipts import verdict_on
from regulation.ledger.tasks import integrate
from regulation.ledger.tlog import COSIGNATURE_V1, Verifier, cosign
from regulation.ledger.witnesses import named, suffices
from tests.factories import world
from tools.verify_receipt import Key
from tools.witness.judge import Judge
from tools.witness.server import Server
from tools.witness.state import State

pytestmark = pytest.mark.django_db
VIEWS = ("machine", "overview", "receipts")


def grow(n: int = 3) -> Checkpoint:
    about = world.entity()
    for i in range(n):
        record(kind="test.happened", subject=about, actor=None, body={"n": i})
    integrate()
    return Checkpoint.objects.order_by("-size")[0]


class Witness:
    """A witness at a web address of this process; the log's public address it does not reach."""

    def __init__(self, folder, name: str) -> None:
        self.name, self.state = name, State(folder / name, name)
        self.judge = Judge(self.state, [Key.read(str(logkey.verifier_of(logkey.read())))], self.nowhere)
        self.server: ThreadingHTTPServer | None = None
        self.start()

    @staticmethod
    def nowhere(path: str) -> bytes:
        raise LookupError(path)

    def start(self, port: int = 0) -> None:
        self.server = Server(self.judge, ("127.0.0.1", port))
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    @property
    def word(self) -> str:
        return f"{self.state.verifier}@http://127.0.0.1:{self.port}"


@pytest.fixture
def witnesses(tmp_path, settings):
    """Two, both required."""
    logkey.create()
    made = [Witness(tmp_path, name) for name in ("regulator.example", "notary.example")]
    settings.LEDGER_WITNESSES = [one.word for one in made]
    settings.LEDGER_WITNESSES_REQUIRED = 2
    yield made
    for one in made:
        one.stop()
        one.state.close()


@pytest.fixture
def clock(monkeypatch):
    """Sets what pages and receipts take for now."""

    def at(moment: dt.datetime) -> dt.datetime:
        for module in VIEWS:
            monkeypatch.setattr(f"regulation.ledger.views.{module}.database_now", lambda: moment)
        monkeypatch.setattr(proofs, "database_now", lambda: moment)
        return moment

    return at


def moment_after(point: Checkpoint) -> dt.datetime:
    return next_moment(at=point.signed_at)


def test_both_cosign_what_is_due_and_then_it_is_published(witnesses, client, clock):
    point = grow()
    assert collect(at=point.signed_at) == 0, "no witness sees a checkpoint before its moment"
    now = clock(moment_after(point))
    assert (published(at=now), standing(at=now).pending) == (None, point)
    assert client.get("/ledger/checkpoint").status_code == 404
    page = client.get("/en/ledger/").content.decode()
    assert "The first checkpoint is pending" in page
    assert page.count("Pending") == 2
    assert collect(at=now) == 2
    assert collect(at=now) == 0
    assert (published(at=now), standing(at=now).pending) == (point, None)
    note = client.get("/ledger/checkpoint").content.decode()
    assert note.startswith(point.note)
    assert note.count("\u2014 ") == 3
    page = client.get("/en/ledger/").content.decode()
    assert page.count("Cosigned</") == 2
    assert "pending" not in page
    assert audit() == []


def test_one_that_is_away_leaves_it_pending_and_the_one_before_stays(witnesses, client, clock):
    first = grow()
    collect(at=moment_after(first))
    second = grow()
    now = clock(moment_after(second) + dt.timedelta(minutes=30))
    witnesses[1].stop()
    assert collect(at=now) == 1
    assert (due(at=now), published(at=now), standing(at=now).pending) == (second, first, second)
    answer = client.get("/ledger/checkpoint")
    assert answer.content.decode().startswith(first.note)
    assert answer["Cache-Control"] == "public, max-age=5", "the newer one may come at any time"
    assert "A newer checkpoint is pending" in client.get("/en/ledger/").content.decode()
    assert client.get(f"/ledger/tile/0/000.p/{second.size}").status_code == 404
    assert [point.size for point in published_list(at=now)] == [first.size]
    witnesses[1].start(witnesses[1].port)
    assert collect(at=now) == 0, "it is left alone for a while"
    cache.clear()
    assert collect(at=now) == 1
    assert published(at=now) == second
    assert [point.size for point in published_list(at=now)] == [second.size]
    assert not Alarm.objects.exists()


def test_a_receipt_carries_the_cosignatures_and_shows_nothing_newer(witnesses, settings, clock):
    point = grow()
    entry = Entry.objects.order_by("pk")[1]
    now = clock(moment_after(point))
    assert proofs.receipt_file(entry) is None
    collect(at=now)
    grow()
    text = proofs.receipt_file(entry)
    assert text is not None
    assert f"\n{point.size}\n" in text, "not the newer one, which nobody may see yet"
    verdict = verdict_on(text)
    assert (verdict.code, verdict.witnesses) == ("valid", ("notary.example", "regulator.example"))
    cut = text[: text.rindex("\u2014")]
    assert verdict_on(cut).code == "witness"
    settings.LEDGER_WITNESSES_REQUIRED = 1
    assert verdict_on(cut).code == "valid"


def test_a_checkpoint_written_anew_is_refused_and_raises_an_alarm_once(witnesses, clock):
    """The operator, with the log's key, forges the history: a witness that saw it before says no."""
    point = grow()
    collect(at=moment_after(point))
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET subject = 'forged' WHERE subject NOT LIKE 'ledger%%'")
        for table in ("cosignature", "checkpoint", "tile", "leaf"):
            cursor.execute(f"DELETE FROM ledger_{table}")
        cursor.execute("INSERT INTO ledger_pending SELECT id FROM ledger_entry")
    integrate()
    forged = Checkpoint.objects.get()
    now = moment_after(forged)
    assert audit() == [], "from inside nothing shows"
    assert collect(at=now) == 0
    cache.clear()
    assert collect(at=now) == 0
    assert standing(at=now).pending == forged
    assert {alarm.what for alarm in Alarm.objects.all()} == {"a witness refuses"}
    assert Alarm.objects.count() == 2
    assert all(one.state.evidence() for one in witnesses)


def test_a_record_that_lost_its_end_is_told_by_the_witness(witnesses):
    """A restored backup: the witness has seen more than there is."""
    first = grow()
    collect(at=moment_after(first))
    second = grow()
    collect(at=moment_after(second))
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_cosignature")
        cursor.execute("DELETE FROM ledger_checkpoint WHERE size > %s", [first.size])
    assert collect(at=moment_after(second)) == 0
    assert {alarm.what for alarm in Alarm.objects.all()} == {"a witness has seen more"}


def test_a_witness_that_forgot_nothing_is_caught_up_with(witnesses):
    """The log lost its cosignatures, not its tree: the witness says its size, and is sent that proof."""
    first = grow()
    collect(at=moment_after(first))
    second = grow()
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_cosignature")
    assert collect(at=moment_after(second)) == 2


def test_a_line_of_another_key_does_not_count(witnesses, settings, clock):
    """A hole in the site inserts a line under the witness's name: it is not the witness's."""
    point = grow()
    now = moment_after(point)
    stranger = logkey.read()
    text = point.note.partition("\n\n")[0] + "\n"
    for one in witnesses:
        line = cosign(text, name=one.name, key=stranger, when=1).line()
        Cosignature.objects.create(checkpoint=point, name=one.name, line=line, stated_at=now)
    assert published(at=now) is None
    assert [found.what for found in audit()] == ["cosignature false"] * 2


def test_an_answer_with_another_key_or_a_clock_ahead_is_not_kept(witnesses, settings):
    point = grow()
    now = moment_after(point)
    public = logkey.read().public_key().public_bytes_raw()
    other = Verifier("regulator.example", COSIGNATURE_V1, public)
    settings.LEDGER_WITNESSES = [f"{other}@http://127.0.0.1:{witnesses[0].port}", witnesses[1].word]
    witnesses[1].judge.now = lambda: now.timestamp() + 3600
    assert collect(at=now) == 0
    assert not Cosignature.objects.exists()


def test_what_the_required_count_is(witnesses, settings):
    point = grow()
    now = moment_after(point)
    witnesses[0].stop()
    collect(at=now)
    for required, found in ((0, True), (1, True), (2, False)):
        settings.LEDGER_WITNESSES_REQUIRED = required
        assert (published(at=now) is not None) is found
        assert suffices(point.note + Cosignature.objects.get().line) is found


def test_the_settings_are_checked_before_the_site_starts(witnesses, settings):
    def faults() -> set[str]:
        return {one.id for one in run_checks() if one.id.startswith("ledger.")}

    assert faults() == set()
    settings.LEDGER_WITNESSES_REQUIRED = 3
    assert faults() == {"ledger.E003"}
    settings.LEDGER_WITNESSES_REQUIRED = 0
    log = str(logkey.verifier_of(logkey.read()))
    for word, fault in (
        ("nonsense", "E001"),
        (log, "E001"),
        (f"{witnesses[0].state.verifier}@ftp://x", "E001"),
        (witnesses[0].word, "E002"),
    ):
        settings.LEDGER_WITNESSES = [witnesses[0].word, word]
        assert faults() == {f"ledger.{fault}"}, word
        assert len(named()) == 1


def test_a_witness_that_answers_nonsense_or_nothing_stops_nobody(witnesses, settings, monkeypatch):
    point = grow()
    now = moment_after(point)
    for nonsense in ("", "\u2014 x\n", "nothing of the kind\n", "\u2014 regulator.example AAAAAAA=\n", "\0"):
        monkeypatch.setattr(witnesses[0].judge, "add_checkpoint", lambda request, said=nonsense: answer(said))
        collect(at=now)
        cache.clear()
    assert [one.name for one in Cosignature.objects.all()] == ["notary.example"]
    assert not Alarm.objects.exists()


def answer(said: str):
    from tools.witness.judge import Answer

    return Answer(200, said)


def test_a_redirect_is_not_followed(witnesses, settings, monkeypatch):
    point = grow()
    from tools.witness.judge import Answer

    monkeypatch.setattr(witnesses[0].judge, "add_checkpoint", lambda request: Answer(302, "elsewhere"))
    assert collect(at=moment_after(point)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_audit_sees_one_moment_of_a_record_that_grows(witnesses, elsewhere):
    """A checkpoint signed and cosigned while the audit reads is neither a difference nor its end."""
    with transaction.atomic():
        grow()

    def meanwhile() -> None:
        with transaction.atomic():
            grow()
        collect(at=next_moment(at=database_now()))

    def progress(done: int) -> None:
        elsewhere(meanwhile)
        assert Checkpoint.objects.count() == 1, "it sees what was signed meanwhile"

    assert audit(progress=progress) == []
    assert Cosignature.objects.filter(checkpoint=6).exists()
