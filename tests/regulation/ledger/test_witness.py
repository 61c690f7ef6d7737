"""The witness: it cosigns what continues, refuses what forks or goes back, and is killed without harm."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from regulation.ledger.tlog import Note, Verifier
from tests.factories.logs import Log, hashes
from tests.factories.receipts import Signer, b64
from tools.verify_receipt import Checkpoint, Key, ed25519, signed_by
from tools.witness import state as states
from tools.witness.__main__ import main
from tools.witness.judge import FORK, SIZE, Judge
from tools.witness.state import BadState, State

ROOT = Path(__file__).parents[3]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def judge(log, home):
    made = Judge(
        State(home, "notary.example"), [Key.read(log.signer.vkey)], log.fetch, now=lambda: 1_700_000_000
    )
    yield made
    made.state.close()


def again(judge: Judge) -> State:
    """What a witness that was killed finds in its folder."""
    judge.state.close()
    return State(judge.state.folder)


def test_it_cosigns_what_continues_and_only_that(judge, log):
    for old, new in ((0, 3), (3, 3), (3, 256), (256, 257), (257, 600)):
        answer = judge.add_checkpoint(log.request(old, new))
        assert (answer.status, answer.body.count("\n")) == (200, 1), answer.body
        note = Note.parse(log.note(new) + answer.body)
        assert note.signed_by(Verifier.parse(str(judge.state.verifier))) == 1_700_000_000
    assert judge.state.last.size == 600
    assert not judge.state.evidence()


def answers(judge: Judge, log: Log) -> dict[str, tuple[str, int]]:
    stranger, other = Signer(log.signer.name, 1), Signer("elsewhere.example", 1)
    two = log.request(100, 200)
    return {
        "another log": (two.replace("log.example", "lag.example"), 404),
        "another key": (log.request(100, 200, log.note(200, stranger)), 403),
        "no signature of the log": (log.request(100, 200, log.note(200, other)), 403),
        "a stale size": (log.request(50, 200), 409),
        "a size from nowhere": (log.request(0, 200), 409),
        "old above new": (log.request(100, 90), 400),
        "a smaller tree": (log.request(90, 90), 409),
        "no proof": (f"old 100\n\n{log.note(200)}", 422),
        "the proof of another tree": (log.forked(50).request(100, 200), 422),
        "a hash more": (two.replace("\n\n", f"\n{b64(b'x' * 32)}\n\n", 1), 422),
        "too many hashes": ("old 100\n" + f"{b64(b'x' * 32)}\n" * 64 + "\n" + log.note(200), 400),
        "an odd hash": (f"old 100\nAAAA\n\n{log.note(200)}", 400),
        "not base64": (f"old 100\n!\n\n{log.note(200)}", 400),
        "zeroes before": (two.replace("old 100", "old 0100"), 400),
        "no number": (two.replace("old 100", "old x"), 400),
        "nothing": ("", 400),
        "no checkpoint": ("old 100\n\nx\n", 400),
    }


def test_what_it_does_not_cosign_leaves_its_state(judge, log):
    assert judge.add_checkpoint(log.request(0, 100)).status == 200
    before = judge.state.note
    for name, (request, status) in answers(judge, log).items():
        answer = judge.add_checkpoint(request)
        assert answer.status == status, name
        assert "\u2014" not in answer.body, name
        if status == 409:
            assert (answer.body, answer.type) == ("100\n", SIZE), name
    assert judge.state.note == before == again(judge).note
    assert not judge.state.evidence(), "whatever anybody may send is no evidence against the log"


def test_a_fork_is_refused_and_its_evidence_kept(judge, log, capsys):
    judge.add_checkpoint(log.request(0, 100))
    fork = log.forked(50)
    for old in (0, 100):
        assert judge.add_checkpoint(fork.request(old, 100)).status == 409
    (kept,) = judge.state.evidence()
    text = kept.read_text()
    assert text.startswith(FORK)
    assert log.note(100) in text
    assert fork.note(100) in text
    assert "ALARM" in capsys.readouterr().err
    assert "alarms    1" in judge.told()
    assert judge.add_checkpoint(log.request(100, 200)).status == 200, "the true line goes on"


def test_its_state_survives_a_kill_at_any_moment(judge, log, monkeypatch):
    """Killed before the new state is in its place it has the old one, after that the new one."""
    judge.add_checkpoint(log.request(0, 100))
    replace = os.replace

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(states.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        judge.add_checkpoint(log.request(100, 200))
    monkeypatch.setattr(states.os, "replace", replace)
    found = again(judge)
    assert found.last.size == 100
    judge.state = found
    monkeypatch.setattr(judge, "cosign", lambda point: killed())
    with pytest.raises(KeyboardInterrupt):
        judge.add_checkpoint(log.request(100, 200))
    monkeypatch.undo()
    assert judge.add_checkpoint(log.request(100, 200)).status == 200
    assert again(judge).last.size == 200


def test_it_does_not_begin_anew_where_its_state_is_gone_or_altered(judge, log):
    judge.add_checkpoint(log.request(0, 100))
    path, note = judge.state.folder / "checkpoint", judge.state.note
    with pytest.raises(BadState, match="go back"):
        judge.state.advance(note.replace("\n100\n", "\n99\n"))
    judge.state.close()
    for bad, said in (
        (None, "gone"),
        ("", "not a checkpoint"),
        (note.replace("\n100\n", "\n99\n"), "not signed by this witness"),
        (log.note(100), "not signed by this witness"),
    ):
        path.unlink(missing_ok=True)
        if bad is not None:
            path.write_text(bad)
        with pytest.raises(BadState, match=said):
            State(judge.state.folder)
    path.write_text(note)
    State(judge.state.folder).close()


def test_one_process_a_folder_and_one_name(judge):
    with pytest.raises(BadState, match="Another witness"):
        State(judge.state.folder)
    judge.state.close()
    with pytest.raises(BadState, match="belongs to"):
        State(judge.state.folder, "another.example")


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_name_is_needed_and_has_a_form(tmp_path, name):
    with pytest.raises(BadState, match="name"):
        State(tmp_path / "w", name)
    assert State(tmp_path / "w", "fit.example").last is None


def test_of_two_at_once_the_smaller_does_not_win(judge, log):
    """Both are right to continue 100; whichever is second is told the size of the first."""
    judge.add_checkpoint(log.request(0, 100))
    found, requests = [], [log.request(100, 200), log.request(100, 300)]
    threads = [threading.Thread(target=lambda r=r: found.append(judge.add_checkpoint(r))) for r in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in found) == [200, 409]
    told = next(answer.body for answer in found if answer.status == 409)
    assert told == f"{judge.state.last.size}\n"


def test_it_looks_at_what_the_public_is_shown(judge, log):
    with pytest.raises(LookupError):
        judge.look()
    judge.add_checkpoint(log.request(0, 300))
    for log.shown in (100, 256, 300, 300, 600):
        assert judge.look()
    assert judge.state.published.size == 600
    log.shown = 300
    assert not judge.look()
    assert "WENT BACK" in judge.told()


@pytest.mark.parametrize("at", [50, 350])
def test_a_public_that_is_shown_another_history_is_found_out(judge, log, at):
    """It cosigned 300 and saw 400; then the public is shown a fork that began before, or in between."""
    judge.add_checkpoint(log.request(0, 300))
    log.shown = 400
    assert judge.look()
    judge.fetch = (fork := log.forked(at)).fetch
    fork.shown = 500
    assert not judge.look()
    assert FORK in judge.told()
    assert judge.state.published.size == 400


def test_a_public_that_is_shown_what_the_log_did_not_sign_is_found_out(judge, log):
    log.shown = 300
    log.signer = Signer(log.signer.name, 1)
    assert not judge.look()
    assert "UNSIGNED" in judge.told()


def test_it_follows_a_planned_rotation_and_drops_the_old_key(judge, log):
    judge.add_checkpoint(log.request(0, 100))
    old = log.signer
    log.rotate(200)
    judge._keys_seen = -100
    assert judge.look_for_keys()
    assert judge.add_checkpoint(log.request(100, 300, log.note(300, old))).status == 403
    assert judge.add_checkpoint(log.request(100, 300)).status == 200
    judge.state = again(judge)
    keys = judge.state.log_keys([Key.read(old.vkey)])
    assert [key.until for key in keys] == [200, None]


@pytest.mark.parametrize("reason", ["lost", "compromised"])
def test_it_follows_no_rotation_that_the_old_key_did_not_sign(judge, log, reason):
    judge.add_checkpoint(log.request(0, 100))
    log.rotate(200, reason)
    judge._keys_seen = -100
    assert judge.add_checkpoint(log.request(100, 300)).status == 403
    assert judge.keys[0].until is None, "the old key still counts here"


def test_a_thief_with_a_key_of_its_own_is_not_followed(judge, log):
    """The rotation says planned, and only the new key signed it."""
    judge.add_checkpoint(log.request(0, 100))
    new = Signer(log.signer.name, 1)
    text = f"{log.text(200)}rotation planned\nfrom {log.signer.vkey}\nto {new.vkey}\n"
    log.turns.append(f"{text}\n{new.line(text)}")
    judge._keys_seen = -100
    assert judge.add_checkpoint(log.request(100, 300, log.note(300, new))).status == 403
    assert judge.add_checkpoint(log.request(100, 300)).status == 200


@pytest.fixture
def served(log):
    """The log at a web address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                body, status = log.fetch(self.path.removeprefix("/ledger/")), 200
            except LookupError:
                body, status = b"", 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/ledger"
    server.shutdown()
    server.server_close()


class Process:
    """./run witness as a process of its own, with nothing of the site in its environment."""

    def __init__(self, home: Path, log: Log, address: str) -> None:
        words = [sys.executable, "-m", "tools.witness", "--home", str(home), "--name", "notary.example"]
        words += ["--log", address, "--log-key", log.signer.vkey, "--listen", "127.0.0.1:0", "--every", "0.2"]
        self.process = subprocess.Popen(words, cwd=ROOT, env={}, stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        for line in self.process.stderr:
            self.said.append(line)
            if found := re.search(r"listening +(http\S+)", line):
                self.address = found[1]
                break
        else:
            raise AssertionError("".join(self.said))

    def ask(self, request: str) -> tuple[int, str]:
        asked = urllib.request.Request(f"{self.address}/add-checkpoint", request.encode())
        try:
            with urllib.request.urlopen(asked, timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def told(self, path: str = "/") -> str:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=20) as reply:
            return reply.read().decode()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stderr.close()


def test_the_process_is_killed_and_goes_on_where_it_was(log, home, served):
    first = Process(home, log, served)
    status, line = first.ask(log.request(0, 256))
    assert status == 200
    first.kill()
    second = Process(home, log, served)
    try:
        assert second.ask(log.request(0, 300)) == (409, "256\n")
        assert second.ask(log.forked(9).request(256, 256)) == (409, "256\n")
        status, line = second.ask(log.request(256, 600))
        assert status == 200
        point = Checkpoint.read(second.told("/checkpoint"))
        key = Key.read(re.search(r"witness +(\S+)", second.told())[1])
        assert signed_by(point, key, ed25519())
        assert second.told("/checkpoint").endswith(line)
        log.leaves = log.forked(40).leaves
        log.shown = 600
        until = time.monotonic() + 20
        while "alarms    2" not in second.told() and time.monotonic() < until:
            time.sleep(0.1)
        assert "alarms    2" in second.told(), "the fork it was sent, and the one the public is shown"
    finally:
        second.kill()


def test_it_refuses_what_is_no_request(log, home, served):
    running = Process(home, log, served)
    try:
        assert running.ask("x" * 200_000)[0] == 413
        assert running.ask("old 0\n\n\0")[0] == 400
        asked = urllib.request.Request(f"{running.address}/add-checkpoint", b"\xff\xfe")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(asked, timeout=20)
        for path in ("/add-checkpoint", "/checkpoint", "/state", "/../key"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                running.told(path)
    finally:
        running.kill()


def test_one_look_tells_by_its_status(log, home, served, capsys):
    words = ["--home", str(home), "--name", "n.example", "--once", "--log", served]
    words += ["--log-key", log.signer.vkey]
    assert main(words) == 2
    log.shown = 300
    assert main(words) == 0
    log.leaves = hashes(600, b"other")
    assert main(words) == 1
    assert "ALARM" in capsys.readouterr().err
    assert main([*words[:-1], "nokey"]) == 2
    assert main(["--home", str(home), "--print-key"]) == 0
    assert Key.read(capsys.readouterr().out).name == "n.example"
