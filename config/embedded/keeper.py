"""The process that keeps one server: starts it, starts it again when it dies, stops it when nobody leases it.

It outlives whoever started it, by kill -9 even: the kernel drops a dead process's lease, and it notices.
"""

import contextlib
import os
import signal
import sys
import time
import traceback
from pathlib import Path

from . import lease
from .postgres import Postgres
from .server import Server
from .valkey import Valkey

KINDS: dict[str, type[Server]] = {kind.name: kind for kind in (Postgres, Valkey)}
LOOK_EVERY = 0.1  # seconds
GIVE_UP_AFTER = 5  # starts in a row, each within a minute of the last


def main(kind: str, home: str, durable: str, keeper_lock: str) -> None:
    """Keep the server until the last lease is gone or SIGTERM comes."""
    server = KINDS[kind](Path(home), durable=durable == "durable")
    told: list[int] = []
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, lambda number, _frame: told.append(number))
    try:
        keep(server, int(keeper_lock), told)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def keep(server: Server, keeper_lock: int, told: list[int]) -> None:
    """Look after the server; returns once it is stopped and the keeper's lock released, in that order."""
    starts: list[float] = []
    while not told:
        if not server.pid():
            starts = [moment for moment in starts if time.monotonic() - moment < 60] + [time.monotonic()]
            if len(starts) > GIVE_UP_AFTER:
                raise RuntimeError(f"{server.name} died {GIVE_UP_AFTER} times within a minute; giving up.")
            server.start()
        time.sleep(LOOK_EVERY)
        with contextlib.suppress(BlockingIOError), lease.entrance(server, wait=False):
            if not lease.is_leased(server):
                server.stop()
                server.remove_socket_folder()
                os.close(keeper_lock)
                return
    server.stop()
