"""Sharing one server between processes: each holds a file lease, and the server runs while anybody does.

Three locks in the home, all dropped by the kernel when their holder dies, however it dies:
`lease`     shared, one holder for each user of the server
`keeper`    held by the one keeper process while it lives
`entrance`  held for moments, by whoever joins and by the keeper while it decides that nobody is left
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from .server import START_SECONDS, EmbeddedServerError, Server, in_background, tail

STOP_SECONDS = 6.0
KEEPER = "import sys; sys.path.insert(0, sys.argv[1]); from embedded.keeper import main; main(*sys.argv[2:])"


@contextlib.contextmanager
def leased(server: Server) -> Iterator[None]:
    """The server answers inside; afterwards it is stopped, unless others still lease it.

    Raises EmbeddedServerError when it cannot be started, with the end of its log.
    """
    join_home(server)
    handle = _open(server, "lease")
    try:
        with entrance(server):
            fcntl.flock(handle, fcntl.LOCK_SH)
            _ensure_kept(server)
        yield
    finally:
        os.close(handle)
        leave(server)


def join_home(server: Server) -> None:
    """Make the home folder, closed to others; an existing one keeps the rights it has."""
    try:
        server.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except PermissionError as error:
        raise EmbeddedServerError(f"{server.home} cannot be written to: {error}") from None
    if server.home.stat().st_uid != os.geteuid():
        raise EmbeddedServerError(f"{server.home} belongs to another user; choose another folder.")


@contextlib.contextmanager
def entrance(server: Server, *, wait: bool = True) -> Iterator[None]:
    """Alone in joining and leaving. Raises BlockingIOError when `wait` is false and somebody is at it."""
    handle = _open(server, "entrance")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def is_leased(server: Server) -> bool:
    """Whether anybody uses the server. To be asked inside `entrance`."""
    return _is_held(server, "lease")


def leave(server: Server) -> None:
    """Wait until the server is stopped or others use it; stop it here if its keeper was killed."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(BlockingIOError), entrance(server, wait=False):
            if is_leased(server):
                return
            if not _is_held(server, "keeper"):
                server.stop()
                return
        time.sleep(0.02)


def _ensure_kept(server: Server) -> None:
    """Have a keeper, and wait for it to have the server answer. Called inside `entrance`, lease in hand."""
    keeper = None
    handle = _open(server, "keeper")
    try:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            keeper = _start_keeper(server, handle)
    finally:
        os.close(handle)  # the keeper has its own copy, and with it the lock
    deadline = time.monotonic() + START_SECONDS + 5
    while not server.answers():
        gone = keeper.poll() is not None if keeper else not _is_held(server, "keeper")
        if gone or time.monotonic() > deadline:
            raise EmbeddedServerError(f"{server.name} cannot run: {tail(server.home / 'keeper.log', 3)}")
        time.sleep(0.02)


def _start_keeper(server: Server, keeper_lock: int) -> "subprocess.Popen[bytes]":
    """A keeper in its own session, holding nothing of ours but its lock. It does not import the site."""
    words = [str(Path(__file__).parents[1]), server.name, str(server.home)]
    words += ["durable" if server.durable else "fast", str(keeper_lock)]
    with (server.home / "keeper.log").open("wb") as log:
        return in_background([sys.executable, "-c", KEEPER, *words], log, pass_fds=(keeper_lock,))


def _open(server: Server, name: str) -> int:
    return os.open(server.home / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)


def _is_held(server: Server, name: str) -> bool:
    handle = _open(server, name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
