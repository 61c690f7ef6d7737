"""The log's private key: a file outside the database that only the worker is given."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from .tlog import ED25519, Verifier


class NoLogKey(Exception):
    """This process was not given the log's key, so it signs no checkpoint."""


def _file() -> Path:
    if not settings.LEDGER_KEY_FILE:
        raise NoLogKey
    return Path(settings.LEDGER_KEY_FILE)


def create() -> Verifier:
    """Make a key and keep it (mode 0600). Raises NoLogKey, and FileExistsError where there is one."""
    path = _file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    text = base64.b64encode(key.private_bytes_raw()).decode() + "\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return verifier_of(key)


def read() -> Ed25519PrivateKey:
    """The key. Raises NoLogKey where none is named or the file is not there."""
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(_file().read_text()))
    except FileNotFoundError as missing:
        raise NoLogKey from missing


def verifier_of(key: Ed25519PrivateKey) -> Verifier:
    """The public half under the log's name (settings.LEDGER_ORIGIN)."""
    return Verifier(settings.LEDGER_ORIGIN, ED25519, key.public_key().public_bytes_raw())
