"""What a leaf commits to. Pure but for the entry it reads."""

import datetime as dt
import hashlib
from typing import Any

import rfc8785


def header(
    *, kind: str, subject: str, actor: int | None, recorded_at: dt.datetime, commitment: bytes
) -> bytes:
    """The canonical header of an entry (RFC 8785): all its columns, the body by its commitment."""
    value: dict[str, Any] = {
        "v": 1,
        "kind": kind,
        "subject": subject,
        "actor": actor,
        "recorded_at": recorded_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "content": commitment.hex(),
    }
    return rfc8785.dumps(value)


def leaf_data(salt: bytes, canonical: bytes) -> bytes:
    """The 32 bytes that stand in the tree: SHA-256(salt || header)."""
    return hashlib.sha256(salt + canonical).digest()
