"""The demo's folder: data, keys, passwords, logs. One demo at a time uses it, and only it is ever emptied."""

import fcntl
import os
import secrets
import shutil
from pathlib import Path


class DemoError(Exception):
    """The demo cannot go on; the message tells the person at the keyboard what to do."""


class Home:
    """A folder that carries the demo's mark. Held from `claim` until `release`, or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._mark = self.path / ".qinqing-demo"
        self._held = -1

    def claim(self, *, reset: bool) -> None:
        """Make the folder or take it, emptied first if wished. DemoError when it is not ours to take."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._mark.exists() and any(self.path.iterdir()):
                raise DemoError(f"{self.path} holds other things; choose another --home.")
            self._held = os.open(self._mark, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DemoError(f"{self.path} cannot be used: {error}") from None
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(
                f"A demo with {self.path} is running already. Stop it, or choose another --home."
            ) from None
        if reset:
            self._empty()

    def release(self) -> None:
        """Let another demo have the folder."""
        os.close(self._held)

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry == self._mark:
                continue
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def folder(self, name: str) -> Path:
        """A subfolder only its owner can enter."""
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def secret(self, name: str) -> str:
        """A secret made on first use and kept, readable by its owner only."""
        path = self.path / name
        if not path.exists():
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
            new.rename(path)
        return path.read_text()

    def text(self, name: str, first: str) -> str:
        """A word chosen on first use and kept."""
        path = self.path / name
        if not path.exists():
            path.write_text(first, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def log(self, name: str) -> Path:
        """The file for a part's output; last run's is kept as .old."""
        path = self.folder("logs") / f"{name}.log"
        if path.exists():
            path.rename(path.with_suffix(".log.old"))
        return path
