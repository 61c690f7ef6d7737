"""The demo's folder, its processes and its port, each alone."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from config.demo.home import DemoError, Home
from config.demo.parts import Part, has_ended, spawn, stop, undisturbed
from config.demo.setup import accounts_table
from config.demo.site import listen

from .conftest import alive, until


def claimed(path, *, reset=False):
    home = Home(path)
    home.claim(reset=reset)
    return home


def test_a_folder_with_other_things_is_neither_used_nor_emptied(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(DemoError, match="holds other things"):
        claimed(tmp_path, reset=True)
    assert (tmp_path / "thesis.txt").exists()


def test_reset_empties_the_demos_own_folder(tmp_path):
    first = claimed(tmp_path / "home")
    old = first.secret("secret-key")
    first.folder("media")
    first.release()
    again = claimed(tmp_path / "home", reset=True)
    assert os.listdir(again.path) == [".qinqing-demo"]
    assert again.secret("secret-key") != old


def test_one_demo_at_a_time_has_the_folder(tmp_path):
    first = claimed(tmp_path / "home")
    first.secret("secret-key")
    with pytest.raises(DemoError, match="running already"):
        claimed(tmp_path / "home", reset=True)
    assert (first.path / "secret-key").exists()


def test_a_secret_is_kept_and_only_its_owner_reads_it(tmp_path):
    home = claimed(tmp_path / "home")
    secret = home.secret("secret-key")
    assert len(secret) >= 50
    assert Home(tmp_path / "home").secret("secret-key") == secret
    assert stat.S_IMODE((home.path / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_taken_port_is_named_before_anything_is_done():
    with listen(0) as taken, pytest.raises(DemoError, match=r"--port \d+"):
        listen(taken.getsockname()[1])


def test_a_port_that_cannot_be_is_refused():
    with pytest.raises(DemoError, match="Port 99999"):
        listen(99999)


def part(tmp_path, script: str) -> Part:
    made = Part("part", ["sh", "-c", script], dict(os.environ), tmp_path / "part.log")
    made.start()
    return made


def test_a_part_that_dies_is_started_again(tmp_path):
    running = part(tmp_path, "sleep 60")
    first = running.process
    os.kill(first.pid, signal.SIGKILL)
    assert until(lambda: has_ended(first))
    assert running.keep_up()
    assert running.process is not first
    assert running.keep_up()
    assert not has_ended(running.process)
    stop([running.process], seconds=1)


def test_a_part_that_keeps_dying_is_given_up(tmp_path):
    running = part(tmp_path, "echo broken; exit 3")
    assert until(lambda: not running.keep_up())
    assert (tmp_path / "part.log").read_text() == "broken\n" * 3


def test_stopping_ends_grandchildren_and_those_that_will_not_listen(tmp_path):
    running = part(tmp_path, "trap '' TERM; sleep 60 & echo $!; wait; wait")
    assert until(lambda: (tmp_path / "part.log").read_text().strip())
    grandchild = int((tmp_path / "part.log").read_text())
    began = time.monotonic()
    stop([running.process], seconds=0.3)
    assert time.monotonic() - began < 2
    assert until(lambda: not alive(grandchild), seconds=2)


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path):
    script = (
        "import os, time; from config.demo.parts import spawn; "
        "print(spawn(['sleep', '60'], os.environ).pid, flush=True); time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(supervisor.stdout.readline())
    assert until(lambda: alive(child))
    supervisor.kill()
    supervisor.wait()
    assert until(lambda: not alive(child))


def test_a_child_gets_its_environment_and_a_session_of_its_own():
    process = spawn(["sleep", "60"], {"PATH": os.environ["PATH"]})
    try:
        assert os.getsid(process.pid) == process.pid
    finally:
        stop([process], seconds=1)
    assert process.returncode == -signal.SIGTERM


def test_the_accounts_stand_in_columns_whatever_their_script(tmp_path):
    rows = [("企业 enterprise", "a@x.example", "one"), ("regulator", "long@x.example", "two")]
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps([dict(zip(("role", "email", "password"), row, strict=True)) for row in rows]))
    first, second = accounts_table(path).splitlines()
    assert first == "  企业 enterprise  a@x.example     one"
    assert second == "  regulator        long@x.example  two"


class Told(Exception):
    pass


@pytest.fixture
def told():
    """A wish to end interrupts, as in the demo."""

    def end(_signum, _frame):
        raise Told

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_wish_to_end_waits_until_what_was_started_is_known(told):
    running = []

    def start():
        with undisturbed():
            child = spawn(["sleep", "60"], os.environ)
            signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
            running.append(child)

    with pytest.raises(Told):
        start()
    (child,) = running
    stop(running, seconds=2)
    assert child.returncode == -signal.SIGTERM  # it hears the wish although it was started unheard


def test_the_site_command_that_is_being_started_is_stopped_too(told, tmp_path, monkeypatch):
    """Without holding signals back, the child of this moment would be left behind."""
    from config.demo import setup

    started = []

    def spawn_and_be_told(command, environment, **output):
        started.append(spawn(["sleep", "60"], environment, **output))
        signal.pthread_kill(
            threading.get_ident(), signal.SIGTERM
        )  # this thread, as in the demo, which has one
        return started[0]

    monkeypatch.setattr(setup, "spawn", spawn_and_be_told)
    home = Home(tmp_path / "home")
    home.claim(reset=False)
    steps = setup.Steps(SimpleNamespace(home=home))
    with pytest.raises(Told):
        steps.begin("migrate", ["migrate"], os.environ, seen=False)
    assert steps.running == started
    steps.stop()
    assert not alive(started[0].pid)
