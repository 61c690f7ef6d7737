"""Real processes that hold leases on embedded servers, and what a test may kill."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded import Postgres, Valkey
from config.embedded.processes import command_line
from config.embedded.server import Server

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from embedded.command import main; sys.exit(main())"
COMMAND = [sys.executable, "-c", RUN, str(CONFIG)]
HOLDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from embedded import Postgres, Valkey
from embedded.lease import leased
server = {"PostgreSQL": Postgres, "Valkey": Valkey}[sys.argv[2]](Path(sys.argv[3]), durable=False)
with leased(server):
    print(server.pid(), flush=True)
    sys.stdin.read()
"""


class Holder:
    """A process of its own that leases a server until told to leave, or killed."""

    def __init__(self, server: Server, *prefix: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", HOLDER, str(CONFIG), server.name, str(server.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def server_pid(self) -> int:
        """The server's process, once it answers; the holder's complaint is raised when it cannot be had."""
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        return int(line)

    def leave(self) -> None:
        self.process.communicate(timeout=20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    return bool(command_line(pid))


def keeper_pid(server: Server) -> int:
    """The keeper of the server's home; 0 when it has none."""
    for entry in Path("/proc").iterdir():
        words = command_line(int(entry.name)) if entry.name.isdigit() else []
        if str(server.home) in words and any("keeper" in word for word in words):
            return int(entry.name)
    return 0


def environment_without_servers() -> dict[str, str]:
    """This environment without addresses of servers given from outside."""
    return {key: value for key, value in os.environ.items() if not key.endswith("_URL")}


def processes_naming(path: Path) -> list[str]:
    """The command lines that name the path."""
    lines = [" ".join(command_line(int(e.name))) for e in Path("/proc").iterdir() if e.name.isdigit()]
    return [line for line in lines if str(path) in line]


def until(wish: Callable[[], object], seconds: float = 8) -> bool:
    """Whether the wish comes true in time."""
    deadline = time.monotonic() + seconds
    while not wish():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="session")
def made_data(tmp_path_factory) -> Path:
    """A PostgreSQL data folder to copy, so that not every test has to make one."""
    server = Postgres(tmp_path_factory.mktemp("made"), durable=False)
    server.prepare()
    return server.data


@pytest.fixture
def postgres(tmp_path, made_data) -> Iterator[Postgres]:
    """A server that is not running yet; whatever runs at the end is killed."""
    server = Postgres(tmp_path / "postgres", durable=False)
    server.home.mkdir(mode=0o700)
    shutil.copytree(made_data, server.data, symlinks=True)
    yield server
    kill_rest(server)


@pytest.fixture
def valkey(tmp_path) -> Iterator[Valkey]:
    """A server that is not running yet; whatever runs at the end is killed."""
    server = Valkey(tmp_path / "valkey", durable=False)
    yield server
    kill_rest(server)


def kill_rest(server: Server) -> None:
    """Leave nothing behind, even after a failed test."""
    for pid in (keeper_pid(server), server.pid()):
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
