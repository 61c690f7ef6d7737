"""Start the demo, watch over it, stop it. See ./run help."""

import argparse
import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from config.embedded import EmbeddedServerError, servers

from .home import DemoError, Home
from .parts import SIGNALS, Part, stop
from .setup import PASSWORDS, Steps, accounts_table
from .site import ROOT, Site, listen

PARTS_STOP_WITHIN = 1.5  # seconds; the rest of the promised five is the servers'


class Told(BaseException):
    """Somebody wants the demo to end: Ctrl-C, SIGTERM, a closed terminal."""


def main() -> int:
    """0 when told to end, 1 with advice when the demo cannot run."""
    chosen = arguments()
    began = time.monotonic()
    for signum in SIGNALS:
        signal.signal(signum, end)
    os.chdir(ROOT)
    os.umask(0o077)  # keys, passwords, mail and logs are their owner's alone
    try:
        with contextlib.closing(listen(chosen.port)) as listener:
            home = Home(chosen.home)
            home.claim(reset=chosen.reset)
            with servers(home.path) as addresses:
                run(Site(home, listener, addresses), quiet=chosen.quiet, began=began)
    except Told:
        print("Stopped.", flush=True)
        return 0
    except (DemoError, EmbeddedServerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run demo", description="The whole site, with data and accounts to try."
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--home", type=Path, default=ROOT / "var" / "demo", help="its data, keys, passwords and logs"
    )
    parser.add_argument("--reset", action="store_true", help="begin again with an empty home")
    parser.add_argument("--quiet", action="store_true", help="leave the story out of the output")
    return parser.parse_args()


def end(_signum: int, _frame: object) -> None:
    """The first wish to end interrupts; while ending, further ones are not heard."""
    for signum in SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    raise Told


def run(site: Site, *, quiet: bool, began: float) -> None:
    """Set up, open, tell the story, and keep the parts up until told to end."""
    steps = Steps(site)
    parts: list[Part] = []
    try:
        steps.prepare()
        parts += site.parts()
        for part in parts:
            part.start()
        site.await_health(parts)
        steps.play_story(quiet=quiet)
        print(
            f"\nReady: {site.address}/  (after {time.monotonic() - began:.0f} s; Ctrl-C stops it)", flush=True
        )
        print(accounts_table(site.home.path / PASSWORDS), flush=True)
        steps.go_on()
        while all(part.keep_up() for part in parts):
            time.sleep(0.2)
        raise DemoError(f"A part of the site keeps ending; see {site.home.path}/logs")
    finally:
        for signum in SIGNALS:
            signal.signal(signum, signal.SIG_IGN)
        steps.stop()
        stop([part.process for part in parts if part.process], seconds=PARTS_STOP_WITHIN)


if __name__ == "__main__":
    sys.exit(main())
