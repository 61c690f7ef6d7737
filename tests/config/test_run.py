"""The one entry: what it says, and when it makes .venv. A stand-in for uv keeps count."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, until

UV = """#!/bin/sh
echo "$*" >>"$CALLS"
case $1 in
venv) mkdir -p .venv/bin && rm -f .venv/.unfinished && ln -sf "$REAL_PYTHON" .venv/bin/python ;;
pip) [ ! -e "$SLOW" ] || { touch "$SLOW.now"; sleep 60; }; [ ! -e "$BROKEN" ] ;;
esac
"""


class Checkout:
    """A copy of ./run with a lock of its own, on a machine whose uv is the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        shutil.copy(ROOT / "run", folder)
        (folder / "requirements-dev.lock").write_text("one==1\n")
        (folder / "config").mkdir()
        (folder / "config" / "__init__.py").touch()
        (folder / "config" / "checks.py").write_text("print('checked')")
        self.program("uv", UV)

    def program(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        given = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "CALLS": str(self.calls),
            "REAL_PYTHON": sys.executable,
            "PYTHON": sys.executable,
            "SLOW": str(self.folder / "slow"),
            "BROKEN": str(self.folder / "broken"),
        }
        return subprocess.Popen(
            ["./run", *words],
            cwd=self.folder,
            env=given | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*words, **environment)
        said, complained = process.communicate(timeout=60)
        return process.returncode, said, complained

    def bare_path(self) -> str:
        """A PATH with the stand-ins and a few tools only: no Chromium, no apt-get, no Python."""
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("sh", "dirname", "cksum", "cat", "mkdir", "ln", "rm", "id"):
            (tools / name).symlink_to(shutil.which(name))
        return f"{self.folder / 'bin'}:{tools}"

    def times_made(self) -> int:
        return self.calls.read_text().count("pip sync") if self.calls.exists() else 0


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def test_the_environment_is_made_once_and_again_only_when_the_lock_changes(checkout):
    assert checkout.run("check")[:2] == (0, "checked\n")
    assert checkout.run("check")[:2] == (0, "checked\n")
    assert checkout.times_made() == 1
    (checkout.folder / "requirements-dev.lock").write_text("one==2\n")
    assert checkout.run("check")[0] == 0
    assert checkout.times_made() == 2
    assert all(
        "--require-hashes" in call for call in checkout.calls.read_text().splitlines() if "sync" in call
    )


def test_an_interrupted_environment_is_made_from_nothing(checkout):
    (checkout.folder / "slow").touch()
    process = checkout.start("check")
    assert until((checkout.folder / "slow.now").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (checkout.folder / "slow").unlink()
    assert checkout.run("check")[:2] == (0, "checked\n")
    assert checkout.calls.read_text().count("venv -q --clear") == 2


def test_two_at_once_make_one_environment(checkout):
    both = [checkout.start("check") for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in both] == ["checked\n"] * 2
    assert checkout.times_made() == 1


def test_packages_that_cannot_be_had_are_told_and_tried_again(checkout):
    (checkout.folder / "broken").touch()
    (checkout.folder / "requirements-dev.lock").write_text("no-hash-here==1\n")
    status, said, complained = checkout.run("check", PIP_NO_INDEX="1")
    assert (status, said) == (1, "")
    assert "could not be installed" in complained
    (checkout.folder / "broken").unlink()
    assert checkout.run("check")[:2] == (0, "checked\n")


def test_an_old_python_is_told_apart_from_none(checkout):
    checkout.program("python3", '#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2"\n')
    status, _, complained = checkout.run("check", PYTHON="python3")
    assert status == 1
    assert complained.startswith("Python 3.11 or newer is needed; this is Python 3.9.2.")
    (checkout.folder / "bin" / "python3").unlink()
    status, _, complained = checkout.run("check", PYTHON="python3", PATH=checkout.bare_path())
    assert status == 1
    assert "none was found" in complained


def test_help_needs_no_environment_and_lists_every_command(checkout):
    status, said, _ = checkout.run("help")
    assert status == 0
    assert [line.split()[1] for line in said.splitlines() if line.startswith("./run ")] == [
        "demo",
        "test",
        "check",
        "witness",
        "trustee",
        "bench",
        "manage",
        "help",
    ]
    assert not (checkout.folder / ".venv").exists()


def test_an_unknown_command_is_refused_with_help(checkout):
    status, said, complained = checkout.run("dmeo")
    assert (status, said) == (1, "")
    assert "There is no ./run dmeo." in complained
    assert "./run demo" in complained


def test_an_unknown_benchmark_is_answered_with_those_there_are(checkout):
    bench = checkout.folder / "tests" / "bench"
    bench.mkdir(parents=True)
    (bench / "pages.py").touch()
    status, _, complained = checkout.run("bench", "pgaes")
    assert status == 1
    assert "pages" in complained


def test_under_ci_a_missing_chromium_is_a_failure(checkout):
    status, _, complained = checkout.run("test", CI="true", PATH=checkout.bare_path())
    assert status == 1
    assert "browser tests cannot run" in complained


def test_without_chromium_it_says_loudly_what_did_not_run(checkout):
    (checkout.folder / "config" / "embedded").mkdir()
    (checkout.folder / "config" / "embedded" / "__init__.py").touch()
    (checkout.folder / "config" / "embedded" / "command.py").write_text(
        "import sys\ndef main():\n    print(' '.join(sys.argv[1:]))\n    return 0\n"
    )
    status, said, complained = checkout.run("test", PATH=checkout.bare_path())
    assert status == 0
    assert "-m not browser" in said
    assert "NOT RUN: the browser tests" in complained
