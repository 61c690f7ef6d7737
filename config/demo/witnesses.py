"""The demo's witnesses: programs with keys and folders of their own, that know the site's address."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from .home import DemoError, Home
from .parts import Part

PROGRAM = [sys.executable, "-m", "tools.witness"]
LOOKS_EVERY = 20  # seconds
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")  # nothing of the site's


class WitnessPart:
    """A witness on a socket of its own, so that its address is known before it runs, and stays."""

    def __init__(self, home: Home, name: str) -> None:
        """Make its key on first use. Raises DemoError where that cannot be."""
        self.home, self.name = home, name
        self.folder = home.folder(name)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        words = [*PROGRAM, "--home", str(self.folder), "--name", name, "--print-key"]
        made = subprocess.run(words, capture_output=True, text=True, env=_environment(), check=False)
        if made.returncode:
            raise DemoError(f"The witness {name} cannot be made: {made.stderr.strip()}")
        self.key = made.stdout.strip()

    @property
    def word(self) -> str:
        """As LEDGER_WITNESSES takes it."""
        return f"{self.key}@http://127.0.0.1:{self.listener.getsockname()[1]}"

    def part(self, log: str, log_key: Path) -> Part:
        """The process that witnesses a log of this address and key."""
        handle = self.listener.fileno()
        words = [*PROGRAM, "--home", str(self.folder), "--log", log, "--log-key", log_key.read_text().strip()]
        words += ["--listen-fd", str(handle), "--every", str(LOOKS_EVERY)]
        return Part(self.name, words, _environment(), self.home.log(self.name), pass_fds=(handle,))


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1"}
