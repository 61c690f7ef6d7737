"""What the two embedded servers have in common: a home folder, a command, a socket, a way to stop."""

import abc
import contextlib
import hashlib
import os
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, ClassVar

from . import processes

SOCKET_PATH_LIMIT = 103  # bytes, without the closing zero: macOS allows the least
MEANS_SOMETHING_IN_ADDRESSES = set(",'\"%?#\\")
START_SECONDS = 60.0


class EmbeddedServerError(Exception):
    """A server cannot be had here; the message tells the person at the keyboard what to do."""


class Server(abc.ABC):
    """One server in one home folder. Nothing here decides when it runs: see lease.py and keeper.py."""

    name: ClassVar[str]
    socket_name: ClassVar[str]
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]]  # and seconds to wait

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.data = self.home / "data"
        self.log = self.home / "server.log"

    @abc.abstractmethod
    def prepare(self) -> None:
        """Make the data folder on first use, whole or not at all."""

    @abc.abstractmethod
    def command(self) -> list[str]:
        """The arguments that start the server in the foreground."""

    @abc.abstractmethod
    def answers(self) -> bool:
        """Whether the server takes work now."""

    @property
    @abc.abstractmethod
    def pid_file(self) -> Path: ...

    @property
    @abc.abstractmethod
    def marks(self) -> list[str]:
        """Adjoining arguments of the command line that only this home's server has."""

    @abc.abstractmethod
    def clear_traces(self) -> None:
        """Take away what a killed server left and would stumble over."""

    def pid(self) -> int:
        """The process of this home's server; 0 when there is none, or another process has its number."""
        pid = processes.first_number(self.pid_file)
        return pid if processes.is_running_with(pid, self.marks) else 0

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: the home, or a private short folder where its path is too long or odd.

        The short folder's name is kept in the home, so that every process agrees whatever its TMPDIR.
        """
        odd = set(str(self.home)) & MEANS_SOMETHING_IN_ADDRESSES
        if len(os.fsencode(self.home / self.socket_name)) <= SOCKET_PATH_LIMIT and not odd:
            return self.home
        note = self.home / "socket-folder"
        if note.exists():
            return private_folder(Path(note.read_text()))
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - private_folder refuses what is not ours
            folder = Path(base) / f"qinqing-{os.geteuid()}-{digest}"
            if len(os.fsencode(folder / self.socket_name)) <= SOCKET_PATH_LIMIT:
                private_folder(folder)
                note.write_text(str(folder))
                return folder
        raise EmbeddedServerError(f"{self.home} is too long for a socket's path, and so is TMPDIR.")

    @property
    def socket(self) -> Path:
        return self.socket_folder / self.socket_name

    def remove_socket_folder(self) -> None:
        """Leave no empty folder behind outside the home."""
        if (folder := self.socket_folder) != self.home:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers."""
        deadline = time.monotonic() + START_SECONDS
        self.prepare()
        process: subprocess.Popen[bytes] | None = None
        while not self.answers():
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"{self.name} did not start; {self.log}:\n{tail(self.log)}")
            if (process is None or process.poll() is not None) and not self.pid():
                if process is not None:  # what a killed server left behind needs a moment to go
                    time.sleep(0.3)
                self.clear_traces()
                with self.log.open("ab") as log:
                    process = in_background(self.command(), log)
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server if it runs: gently, then firmly. Never touches any other process."""
        for signum, seconds in self.stop_signals:
            pid = self.pid()
            if not pid or not processes.send(pid, signum, self.marks):
                return
            deadline = time.monotonic() + seconds
            while self.pid() == pid and time.monotonic() < deadline:
                time.sleep(0.02)


def in_background(
    command: list[str], log: IO[bytes], *, pass_fds: tuple[int, ...] = ()
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, out of reach of the terminal's Ctrl-C."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        pass_fds=pass_fds,
        cwd="/",
    )


def private_folder(folder: Path) -> Path:
    """The folder, made if missing; refused when somebody else owns it or can look inside."""
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise EmbeddedServerError(f"{folder} is not a private folder of yours; remove it or set TMPDIR.")
    return folder


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log; empty when there is none."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
