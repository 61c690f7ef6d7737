"""Private opening keys: files outside the database, in a folder only the worker is given."""

import hashlib
import os
from pathlib import Path

from django.conf import settings

from .sealing import new_private_key, public_half


class NoKeyring(Exception):
    """This process was not given the folder of opening keys, so it cannot open a bid."""


class KeyMissing(Exception):
    """The folder does not hold the key that sealed this bid."""


def _folder() -> Path:
    if not settings.OPENING_KEYS_DIR:
        raise NoKeyring
    return Path(settings.OPENING_KEYS_DIR)


def create() -> tuple[str, bytes]:
    """Make a key, keep its private half (mode 0600), return its id and public half. Raises NoKeyring."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = new_private_key()
    public = public_half(private)
    kid = hashlib.sha256(public).hexdigest()[:16]
    with os.fdopen(os.open(folder / kid, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    return kid, public


def private_key(kid: str) -> bytes:
    """The private half of a key. Raises NoKeyring and KeyMissing."""
    try:
        return (_folder() / kid).read_bytes()
    except FileNotFoundError as missing:
        raise KeyMissing(kid) from missing
