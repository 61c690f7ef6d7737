"""What a witness keeps, in a folder of its own: its key, the last checkpoint it cosigned, evidence."""

import base64
import contextlib
import fcntl
import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tools.verify_receipt import WITNESS_KEY, Checkpoint, Key, Refused, ed25519, signed_by

NOTHING_YET = "nothing yet\n"
MOST_EVIDENCE = 200  # files


class BadState(Exception):
    """The folder cannot be used; the message tells the person who runs the witness what to do."""


def verifier(name: str, public: bytes, kind: int = WITNESS_KEY) -> Key:
    """A verifier key of a name and 32 bytes."""
    material = bytes([kind]) + public
    return Key(name, hashlib.sha256(name.encode() + b"\n" + material).digest()[:4], kind, public)


def write_durably(path: Path, text: str, *, mode: int = 0o600) -> None:
    """All of the text or what was there before, on disk when this returns, whatever is killed meanwhile."""
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class State:
    """A witness's folder, held by one process: key, name, checkpoint, published, log-keys, evidence/."""

    def __init__(self, folder: Path, name: str = "") -> None:
        """Take the folder, make it on first use. Raises BadState where it cannot be, or is not whole."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._held)
            raise BadState(f"Another witness uses {folder}.") from None
        try:
            self._open(name)
        except (OSError, ValueError) as fault:
            self.close()
            raise BadState(f"{folder} cannot be read: {fault}") from fault
        except BadState:
            self.close()
            raise

    def _open(self, name: str) -> None:
        folder = self.folder
        if not (folder / "key").exists():
            self._begin(name)
        self.name = (folder / "name").read_text(encoding="utf-8").strip()
        if name and name != self.name:
            raise BadState(f"{folder} belongs to the witness {self.name}, not to {name}.")
        seed = base64.b64decode((folder / "key").read_text(encoding="utf-8"))
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = verifier(self.name, self.key.public_key().public_bytes_raw())
        self.note, self.last = self._read()

    def close(self) -> None:
        """Let another process have the folder."""
        if self._held >= 0:
            os.close(self._held)
        self._held = -1

    def _begin(self, name: str) -> None:
        if not name or any(c.isspace() or c == "+" for c in name):
            raise BadState("A new witness needs a name without spaces and plus signs, as --name.")
        there = self.folder / "checkpoint"
        if there.exists() and there.read_text(encoding="utf-8") != NOTHING_YET:
            raise BadState(f"{self.folder} has a checkpoint and no key: put the key back.")
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        write_durably(self.folder / "name", name + "\n")
        write_durably(self.folder / "checkpoint", NOTHING_YET)
        write_durably(self.folder / "key", base64.b64encode(seed).decode() + "\n")  # last: it makes it whole

    def _read(self) -> tuple[str, Checkpoint | None]:
        """The last checkpoint; a missing or altered one is refused: who forgot would sign a fork."""
        path = self.folder / "checkpoint"
        if not path.exists():
            raise BadState(f"{path} is gone. Put back a checkpoint that this witness cosigned, its newest.")
        note = path.read_text(encoding="utf-8")
        if note == NOTHING_YET:
            return "", None
        try:
            point = Checkpoint.read(note)
        except Refused as refusal:
            raise BadState(f"{path} is not a checkpoint: {refusal}") from refusal
        if not signed_by(point, self.verifier, ed25519()):
            raise BadState(f"{path} is not signed by this witness: put back what it wrote.")
        return note, point

    def advance(self, note: str) -> None:
        """Keep a checkpoint with my line as the last one. Raises BadState rather than go back."""
        point = Checkpoint.read(note)
        if self.last is not None and point.size < self.last.size:
            raise BadState("a witness does not go back")
        write_durably(self.folder / "checkpoint", note)
        self.note, self.last = note, point

    @property
    def published(self) -> Checkpoint | None:
        """The last checkpoint seen at the log's public address; None while there is none."""
        path = self.folder / "published"
        return Checkpoint.read(path.read_text(encoding="utf-8")) if path.exists() else None

    def keep_published(self, note: str) -> None:
        write_durably(self.folder / "published", note)

    def log_keys(self, given: list[Key]) -> list[Key]:
        """The log's keys: those given, and those rotations led to since."""
        path = self.folder / "log-keys"
        kept = [Key.read(line) for line in path.read_text().split()] if path.exists() else []
        found = {(key.name, key.id): key for key in given}
        found.update({(key.name, key.id): key for key in kept})
        return list(found.values())

    def keep_log_keys(self, keys: list[Key]) -> None:
        write_durably(self.folder / "log-keys", "".join(f"{key}\n" for key in keys))

    def keep_evidence(self, what: str, parts: list[str], *, always: bool = False) -> Path | None:
        """A file of what speaks against the log; the same again is one. None where there are too many."""
        text = f"\n{'-' * 20}\n".join([what, *parts])
        folder = self.folder / "evidence"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.txt"
        if not path.exists():
            if not always and sum(1 for _ in folder.iterdir()) >= MOST_EVIDENCE:
                return None
            write_durably(path, text)
        return path

    def evidence(self) -> list[Path]:
        """The files of evidence, the newest first."""
        with contextlib.suppress(FileNotFoundError):
            found = [path for path in (self.folder / "evidence").iterdir() if path.suffix == ".txt"]
            return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
        return []
