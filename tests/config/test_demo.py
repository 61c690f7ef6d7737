"""./run demo as its user meets it: one command, one ready line, and nothing left when it stops."""

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from config.embedded.processes import command_line

from .conftest import ROOT, environment_without_servers, processes_naming, until

STOPS_WITHIN = 5  # seconds, on a machine that is idle
IDLE = 1.0  # seconds that such a machine takes to start Python and import Django's models

# The first start migrates and seeds, which takes minutes beside other tests; it must end, not end fast.
pytestmark = pytest.mark.timeout(900)


class Demo:
    """A demo in a process of its own. Started quietly: the story has tests of its own."""

    def __init__(self, home: Path, *words: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.demo", "--port", "0", "--home", str(home), "--quiet", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment_without_servers(),
        )

    def until_line(self, beginning: str) -> str:
        """Read up to a line that begins so; what was read instead is the failure."""
        read = []
        for line in self.process.stdout:
            if line.startswith(beginning):
                return line
            read.append(line)
        raise AssertionError("".join(read))

    def end(self, signum: signal.Signals = signal.SIGTERM) -> float:
        """Seconds from the signal to the end of the process."""
        began = time.monotonic()
        self.process.send_signal(signum)
        self.process.communicate(timeout=120)
        return time.monotonic() - began

    def leaves_nothing(self) -> bool:
        return not processes_naming(self.home)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home for all tests here: the first start fills it."""
    path = tmp_path_factory.mktemp("demo") / "home"
    yield path
    for line in processes_naming(path):
        print("left over:", line)


@pytest.fixture
def demo(home):
    started = Demo(home)
    yield started
    if started.process.poll() is None:
        started.end(signal.SIGKILL)


def stops_within() -> float:
    """The promised five seconds, in proportion where this machine is busy just now."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import django.db.models"], check=True)
    return STOPS_WITHIN * max(1.0, (time.monotonic() - began) / IDLE)


def running() -> list[tuple[str, str]]:
    """Command line and environment of every process."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if entry.name.isdigit():
                line = " ".join(command_line(int(entry.name)))
                found.append((line, (entry / "environ").read_bytes().decode()))
    return found


def environment_of(home: Path, word: str) -> list[str]:
    """The environments of this home's processes whose command line has the word."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if entry.name.isdigit() and word in command_line(int(entry.name)):
                text = (entry / "environ").read_bytes().decode()
                found += [text] if f"QINQING_VAR={home}" in text else []
    return found


def test_the_site_answers_at_the_ready_lines_address_and_stops_in_time(demo):
    address = re.search(r"http://\S+", demo.until_line("Ready: "))[0]
    for path in ("healthz", "", "en/"):
        with urllib.request.urlopen(address + path, timeout=10) as reply:
            assert reply.status == 200
    accounts = demo.home / "accounts.json"
    for secret in (accounts, demo.home / "secret-key", demo.home / "identity-hmac-key"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    for part in ("platform", "regulator", "notary"):
        store = demo.home / "trustees" / part
        assert stat.S_IMODE(store.stat().st_mode) == 0o700
        assert stat.S_IMODE((store / "store.json").stat().st_mode) == 0o600
    assert environment_of(demo.home, "gunicorn")
    assert not [text for text in environment_of(demo.home, "gunicorn") if "LEDGER_KEY_FILE" in text]
    assert [text for text in environment_of(demo.home, "worker") if "LEDGER_KEY_FILE" in text]
    trustees = [text for line, text in running() if "tools/trustee.py" in line and str(demo.home) in line]
    assert len(trustees) == 3
    assert not [text for text in trustees if "DATABASE" in text or "SECRET_KEY" in text]
    assert demo.end() < stops_within()
    assert demo.process.returncode == 0
    assert demo.leaves_nothing()


def test_a_second_start_keeps_the_accounts_and_does_not_tell_the_story_again(demo):
    kept, played = (demo.home / "accounts.json").read_bytes(), (demo.home / "story-played").stat().st_mtime
    demo.until_line("Ready: ")
    assert (demo.home / "accounts.json").read_bytes() == kept
    assert (demo.home / "story-played").stat().st_mtime == played
    refused = Demo(demo.home)
    assert "running already" in refused.process.communicate(timeout=30)[0]
    assert refused.process.returncode == 1
    assert demo.end(signal.SIGINT) < stops_within()
    assert demo.leaves_nothing()


def test_nothing_outlives_a_killed_supervisor(demo):
    demo.until_line("Ready: ")
    os.kill(demo.process.pid, signal.SIGKILL)
    assert until(demo.leaves_nothing, seconds=stops_within())


def test_it_can_be_stopped_while_it_sets_up(demo):
    demo.until_line("Tables")
    assert demo.end(signal.SIGINT) < stops_within()
    assert demo.leaves_nothing()


def test_a_taken_port_is_told_before_the_home_is_touched(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = Demo(tmp_path / "home", "--port", port)
        assert f"Port {port} cannot be used" in refused.process.communicate(timeout=30)[0]
    assert refused.process.returncode == 1
    assert not (tmp_path / "home").exists()


def test_a_folder_with_other_things_is_told_and_kept(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = Demo(tmp_path, "--reset")
    assert "holds other things" in refused.process.communicate(timeout=30)[0]
    assert os.listdir(tmp_path) == ["thesis.txt"]
