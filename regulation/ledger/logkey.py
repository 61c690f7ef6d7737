"""The log's private key: a file outside the database that only the worker is given."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from .models import LogKey
from .tlog import ED25519, Verifier


class NoLogKey(Exception):
    """This process was not given the log's key, or not the one that counts now: it signs no checkpoint."""


def _file() -> Path:
    if not settings.LEDGER_KEY_FILE:
        raise NoLogKey
    return Path(settings.LEDGER_KEY_FILE)


def _next() -> Path:
    return _file().with_name(_file().name + ".next")


def create() -> Verifier:
    """Make the log's first key, keep it (mode 0600), and put its public half on record, as the owner.

    Raises NoLogKey, and FileExistsError where there is one, or was one: another is a rotation.
    """
    path = _file()
    if LogKey.objects.exists():
        raise FileExistsError(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    _write(path, key, os.O_EXCL)
    return register()


def register() -> Verifier:
    """Put the public half of the key in the file on record as the first. Raises NoLogKey where it is not."""
    verifier = verifier_of(read())
    if not LogKey.objects.exists():
        LogKey.objects.create(verifier=str(verifier))
    if not counts(verifier):
        raise NoLogKey("the key in the file is not the one this log signs with now")
    return verifier


def counts(verifier: Verifier) -> bool:
    """Whether it is the key that signs now."""
    newest = LogKey.objects.order_by("-pk").values_list("verifier", flat=True).first()
    return newest == str(verifier)


def read() -> Ed25519PrivateKey:
    """The key. Raises NoLogKey where none is named or the file is not there."""
    key = _read(_file())
    if key is None:
        raise NoLogKey
    return key


def next_key() -> Ed25519PrivateKey | None:
    """The key a rotation has made and not yet put in its place, if one was interrupted."""
    return _read(_next())


def make_next() -> Ed25519PrivateKey:
    """A new key beside the present one."""
    key = Ed25519PrivateKey.generate()
    _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(_next(), key, os.O_TRUNC)
    return key


def replace() -> None:
    """The new key takes the place of the old one, which is kept beside it under its id."""
    path, old = _file(), _read(_file())
    if old is not None:
        os.replace(path, path.with_name(f"{path.name}.old-{verifier_of(old).id.hex()}"))
    os.replace(_next(), path)


def verifier_of(key: Ed25519PrivateKey) -> Verifier:
    """The public half under the log's name (settings.LEDGER_ORIGIN)."""
    return Verifier(settings.LEDGER_ORIGIN, ED25519, key.public_key().public_bytes_raw())


def _read(path: Path) -> Ed25519PrivateKey | None:
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text()))
    except FileNotFoundError:
        return None


def _write(path: Path, key: Ed25519PrivateKey, how: int) -> None:
    text = base64.b64encode(key.private_bytes_raw()).decode() + "\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
