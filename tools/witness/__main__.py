"""./run witness: see docs/ledger.md. Exit status: 0 well, 1 an alarm, 2 it could not run or look."""

import argparse
import contextlib
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tools.verify_receipt import Key, Refused

from .judge import Judge, tell
from .server import Server
from .state import BadState, State

MOST_BYTES = 1_000_000


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run witness",
        description="Cosign a log's checkpoints, each only if it continues the last (c2sp.org/tlog-witness).",
        epilog="GET / tells how it stands, GET /checkpoint gives the last checkpoint it cosigned.",
    )
    parser.add_argument("--home", type=Path, required=True, help="folder of its key, its state, its evidence")
    parser.add_argument("--name", default="", help="its name, such as notary.example/w1; needed on first use")
    parser.add_argument("--log", help="address of the log, such as https://example.org/ledger")
    parser.add_argument("--log-key", action="append", default=[], help="the log's key, known from outside")
    parser.add_argument("--listen", help="HOST:PORT on which the log may ask for cosignatures")
    parser.add_argument("--listen-fd", type=int, help="a listening socket that is open already")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two looks at the log")
    parser.add_argument("--once", action="store_true", help="look once and end")
    parser.add_argument("--print-key", action="store_true", help="make the key if needed, print it and end")
    return parser.parse_args(given)


def fetch_from(address: str) -> Callable[[str], bytes]:
    """Reads below the log's address, past caches. Raises ValueError for anything but http and https."""
    if not address.startswith(("http://", "https://")):
        raise ValueError("--log is an address that begins with http:// or https://")

    def fetch(path: str) -> bytes:
        asked = urllib.request.Request(f"{address.rstrip('/')}/{path}")  # noqa: S310 - http and https only
        asked.add_header("Cache-Control", "no-cache")
        try:
            with urllib.request.urlopen(asked, timeout=15) as reply:  # noqa: S310 - http and https only
                return bytes(reply.read(MOST_BYTES))
        except urllib.error.HTTPError as gone:
            raise LookupError(f"{path}: {gone.code}") from gone

    return fetch


def look(judge: Judge) -> int:
    """0 well, 1 alarm, 2 it could not be read just now."""
    try:
        return 0 if judge.look() else 1
    except (LookupError, OSError, UnicodeDecodeError) as fault:
        tell(f"The log cannot be read just now: {fault}")
        return 2


def keep_looking(judge: Judge, every: float) -> None:
    pause = threading.Event()
    while True:
        look(judge)
        pause.wait(every)


def run(state: State, asked: argparse.Namespace) -> int:
    """Do what was asked with a folder that is held. Raises BadState, Refused, ValueError, OSError."""
    if asked.print_key:
        print(state.verifier)
        return 0
    if not asked.log or not asked.log_key:
        raise BadState("--log and --log-key say which log is witnessed.")
    judge = Judge(state, [Key.read(text) for text in asked.log_key], fetch_from(asked.log))
    if asked.once:
        return look(judge)
    tell(judge.told().rstrip())
    if not asked.listen and asked.listen_fd is None:
        keep_looking(judge, asked.every)
    host, _, port = (asked.listen or "127.0.0.1:0").rpartition(":")
    server = Server(judge, (host, int(port)), handle=asked.listen_fd)
    threading.Thread(target=keep_looking, args=(judge, asked.every), daemon=True).start()
    tell(f"listening  http://{server.server_address[0]!s}:{server.server_address[1]}")
    server.serve_forever()
    return 0


def main(given: list[str] | None = None) -> int:
    asked = arguments(given)
    try:
        with contextlib.closing(State(asked.home, asked.name)) as state:
            return run(state, asked)
    except (BadState, Refused, ValueError, OSError) as fault:
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
