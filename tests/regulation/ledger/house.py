"""A PostgreSQL of its own that waits for the disk, and processes on it that are killed."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, connection, connections, transaction

from config.embedded.lease import leased
from config.embedded.postgres import DATABASE, SITE, Postgres
from regulation.ledger.operations import record

FORK = get_context("fork")
KIND, BASE = "test.load", "postgres"
ABANDONED: list[Any] = []  # connections of the process we came from: neither used nor closed here
LEAVES = "SELECT sha256(coalesce(string_agg(data, '' ORDER BY index), '')) FROM ledger_leaf WHERE index < {}"


class About:
    urn = "test.load/1"


class House:
    """PostgreSQL with durability on, in its own folder; each test has a copy of the migrated database."""

    def __init__(self, home: Path, unblock: Callable[[], Any]) -> None:
        self.postgres, self.home, self.unblock = Postgres(home / "pg", durable=True), home, unblock
        self.database, self.copies = DATABASE, 0
        self.acked: dict[str, Path] = {}

    @contextmanager
    def open(self, dump: Path) -> Iterator["House"]:
        with leased(self.postgres):
            self.postgres.make_roles()
            self.restore(dump, DATABASE)
            yield self

    def begin(self) -> "House":
        """A copy of the migrated database, of which nothing was acknowledged; those before it go."""
        for (name,) in self.sql("SELECT datname FROM pg_database WHERE datname LIKE 'copy%'", database=BASE):
            self.sql(f"DROP DATABASE {name} WITH (FORCE)", database=BASE)
        self.database, self.acked = self.copy(DATABASE), {}
        return self

    def copy(self, database: str) -> str:
        """The database once more, under another name."""
        self.copies += 1
        name = f"copy_{self.copies}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {database}", database=BASE)
        return name

    def tool(self, name: str, *arguments: str) -> None:
        folder, _version = self.postgres.programs
        quick = os.environ | {"PGOPTIONS": "-c synchronous_commit=off"}  # of a restore, not of the tests
        done = subprocess.run(
            [folder / name, *arguments], capture_output=True, text=True, check=False, env=quick
        )
        assert done.returncode == 0, done.stderr

    def restore(self, dump: Path, database: str) -> None:
        self.tool("pg_restore", "--exit-on-error", "-d", self.postgres.url("postgres", database), str(dump))

    def dump(self, path: Path) -> Path:
        self.tool("pg_dump", "-Fc", "-f", str(path), self.postgres.url("postgres", self.database))
        return path

    def sql(self, statement: str, *, database: str = "") -> list[tuple[Any, ...]]:
        """As the superuser."""
        address = self.postgres.url("postgres", database or self.database)
        with psycopg.connect(address, autocommit=True) as link:
            cursor = link.execute(statement)
            return cursor.fetchall() if cursor.description else []

    # --- processes

    def start(
        self, work: Callable[..., Any], *arguments: Any, database: str = "", role: str = SITE
    ) -> BaseProcess:
        """A process of its own that works on this database, as the site's role."""
        name = database or self.database

        def run() -> None:
            self.unblock()
            ABANDONED.append(connections["default"])
            connections.settings["default"] |= {
                "NAME": name,
                "USER": role,
                "HOST": str(self.postgres.socket_folder),
                "PASSWORD": "",
                "PORT": "",
            }
            connections["default"] = connections.create_connection("default")
            random.seed(os.getpid())
            work(*arguments)

        process = FORK.Process(target=run, daemon=True)
        process.start()
        return process

    def run(self, work: Callable[..., Any], *arguments: Any, database: str = "", role: str = SITE) -> Any:
        """What the work returns, done in a process of its own."""
        ours, theirs = FORK.Pipe()
        process = self.start(lambda: theirs.send(work(*arguments)), database=database, role=role)
        theirs.close()
        found = ours.recv()
        process.join()
        return found

    def writers(self, many: int, writer: Callable[..., None], *arguments: Any) -> list[BaseProcess]:
        started = []
        for n in range(many):
            name = f"{writer.__name__}-{n}"
            self.acked[name] = self.home / f"{self.database}-{name}"
            self.acked[name].touch()
            started.append(self.start(writer, self.acked[name], *arguments))
        return started

    def kill_postgres(self) -> None:
        """kill -9 of the server and all its processes at once; its keeper starts it again."""
        pid = self.postgres.pid()
        assert pid
        os.kill(pid, signal.SIGSTOP)  # so that it starts nothing new meanwhile
        for one in (*children(pid), pid):
            os.kill(one, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not (self.postgres.pid() not in (0, pid) and self.postgres.answers()):
            assert time.monotonic() < deadline, "it did not come back"
            time.sleep(0.05)

    # --- what must hold

    def acknowledged(self) -> dict[str, list[str]]:
        """What each writer was told is done: commitments, in its order."""
        return {name: path.read_text().split() for name, path in self.acked.items()}

    def many(self) -> int:
        return sum(map(len, self.acknowledged().values()))

    def head(self) -> tuple[int, bytes]:
        """How many leaves there are, and one digest over them."""
        size = self.sql("SELECT count(*) FROM ledger_leaf")[0][0]
        return size, self.sql(LEAVES.format(size))[0][0]

    def faults(self, heads: list[tuple[int, bytes]]) -> list[str]:
        """What is lost, doubled or out of order among what was acknowledged; empty where all is well."""
        placed = self.sql(
            "SELECT l.index, encode(e.commitment, 'hex') FROM ledger_leaf l "
            "JOIN ledger_entry e ON e.id = l.entry_id ORDER BY l.index"
        )
        where = {commitment: index for index, commitment in placed}
        found = [] if [index for index, _ in placed] == list(range(len(placed))) else ["a gap"]
        if len(where) != len(placed):
            found.append("an entry twice")
        for name, told in self.acknowledged().items():
            lost = [one for one in told if one not in where]
            if lost:
                found.append(f"{name} lost {len(lost)} of {len(told)}")
            order = [where[one] for one in told if one in where]
            if order != sorted(order):
                found.append(f"{name} out of order")
        for size, digest in heads:
            if self.sql(LEAVES.format(size))[0][0] != digest:
                found.append(f"the first {size} leaves changed")
        return found


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are still there."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if listed.exists():
        return [int(one) for one in listed.read_text().split()]
    rows = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (row.split() for row in rows.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def write(acked: Path, hold: float = 0.0, before: str = "") -> None:
    """Record entries for ever; each that was committed is written down. `hold` keeps transactions open."""
    with acked.open("ab", buffering=0) as said:
        n = 0
        while True:
            n += 1
            try:
                with transaction.atomic():
                    if before:
                        connection.cursor().execute(before)
                    entry = record(kind=KIND, subject=About, actor=None, body={"n": n})
                    time.sleep(random.random() * hold)
            except (DatabaseError, InterfaceError):
                connection.close()
                time.sleep(0.05)
                continue
            said.write(f"{entry.commitment.hex()}\n".encode())


def for_ever(step: Callable[[], Any]) -> None:
    """The step again and again, also after the database went away."""
    while True:
        try:
            if not step():
                time.sleep(0.01)
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.05)


def end(processes: list[BaseProcess]) -> None:
    """kill -9."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
