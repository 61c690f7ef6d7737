"""Run a command with both servers: [--home DIR] [--fast | --throw-away] command … (./run calls it).

--fast does not wait for the disk; --throw-away does neither and uses a fresh folder inside --home that is
removed afterwards, or by the next such run if this one is killed.
SIGTERM and SIGINT go to the command; the servers stop after it, and also when this process is killed.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from . import EmbeddedServerError, servers, throwaway


def main(arguments: list[str] | None = None) -> int:
    """The command's own exit status; 128 + n when signal n ended it; 1 when a server cannot be had."""
    parser = argparse.ArgumentParser(prog="embedded", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/own"))
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--throw-away", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    try:
        with contextlib.ExitStack() as stack:
            home = stack.enter_context(throwaway.folder(chosen.home)) if chosen.throw_away else chosen.home
            durable = not (chosen.fast or chosen.throw_away)
            addresses = stack.enter_context(servers(home, durable=durable))
            return run(chosen.command, {**os.environ, **addresses})
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end, passing signals on, those included that come while it is being started."""
    told: list[int] = []
    process: subprocess.Popen[bytes] | None = None

    def pass_on(signum: int, _frame: object) -> None:
        if signum == signal.SIGINT and in_foreground():
            return
        if process:
            process.send_signal(signum)
        else:
            told.append(signum)

    before = {n: signal.signal(n, pass_on) for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        process = subprocess.Popen(command, env=environment)
        for signum in told:
            process.send_signal(signum)
        status = process.wait()
        return status if status >= 0 else 128 - status
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def in_foreground() -> bool:
    """Whether Ctrl-C on the terminal reaches our children by itself."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
