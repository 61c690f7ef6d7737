"""Before the site opens: tables, static files, seed, demo world. Once it is open: the story."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.cells import cell_len

from .home import DemoError
from .parts import has_ended, spawn, stop, undisturbed
from .site import MANAGE, Site, static_sources, tail

PASSWORDS = "accounts.json"


class Steps:
    """Runs manage.py commands; `running` is what an interruption must stop."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.running: list[subprocess.Popen[bytes]] = []

    def begin(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, seen: bool
    ) -> "Step":
        """Start a command; its output goes to the terminal when it is to be seen, else to a log."""
        step = Step(name, self.site.home.log(name))
        command = [*MANAGE, *arguments]
        with undisturbed():
            if seen:
                step.process = spawn(command, {**environment, "LOG_LEVEL": "WARNING"})
            else:
                with step.log.open("wb") as log:
                    step.process = spawn(command, environment, output=log.fileno())
            self.running.append(step.process)
        return step

    def finish(self, step: "Step") -> None:
        """Wait for a command's end. Raises DemoError with the end of its log when it failed."""
        while not has_ended(step.process):
            time.sleep(0.02)
        if step.process.wait():
            log = f" The end of {step.log}:\n{tail(step.log)}" if step.log.exists() else ""
            raise DemoError(f"{step.name} failed.{log}")
        self.running.remove(step.process)

    def stop(self) -> None:
        stop(self.running, seconds=1)

    def prepare(self) -> None:
        """Tables, static files, seed, demo world: each does nothing where it was done before."""
        began = time.monotonic()
        home, plain = self.site.home, self.site.environment
        static = None
        stamp, sources = home.path / "static-from", static_sources()
        if not stamp.exists() or stamp.read_text() != sources:
            static = self.begin("collectstatic", ["collectstatic", "--noinput", "--clear"], plain, seen=False)
        tell("Tables")
        self.finish(self.begin("migrate", ["migrate", "--noinput"], plain, seen=False))
        tell("Seed data")
        self.finish(self.begin("seed", ["load_seed"], plain, seen=True))
        tell("Pages")
        self.finish(self.begin("site", ["load_site"], plain, seen=False))
        tell("Demo accounts")
        words = [
            "demo_world",
            "--passwords",
            str(home.path / PASSWORDS),
            "--trustees",
            str(home.folder("trustees")),
        ]
        self.finish(self.begin("world", words, self.site.with_ledger_key, seen=False))
        key = ["ledger_key", "--if-missing", "--to", str(self.site.log_key)]
        self.finish(self.begin("ledger-key", key, self.site.with_ledger_key, seen=False))
        self.finish(self.begin("practice", ["demo_practice"], plain, seen=False))
        if static:
            tell("Static files")
            self.finish(static)
            stamp.write_text(sources)
        tell(f"Set up in {time.monotonic() - began:.0f} s")

    def play_story(self, *, quiet: bool) -> None:
        """Play the main job through the site's own operations, once for each home."""
        played = self.site.home.path / "story-played"
        if not played.exists():
            self.finish(self.begin("story", ["demo_story"], self.site.environment, seen=not quiet))
            played.touch()

    def go_on(self) -> None:
        """The contract follows once the award's standstill is over: played beside the open site."""
        self.begin("contract", ["demo_contract"], self.site.environment, seen=False)


class Step:
    """A running command with its name and log."""

    process: "subprocess.Popen[bytes]"

    def __init__(self, name: str, log: Path) -> None:
        self.name, self.log = name, log


def tell(text: str) -> None:
    print(text, flush=True)


def accounts_table(path: Path) -> str:
    """The demo accounts in columns, from the file that demo_world wrote."""
    rows = [(row["role"], row["email"], row["password"]) for row in json.loads(path.read_text())]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            ["", *(text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True))]
        )
        for row in rows
    )
