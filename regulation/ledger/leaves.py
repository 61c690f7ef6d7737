"""What a leaf commits to. Pure but for the entry it reads."""

import datetime as dt
import hashlib
from json.encoder import encode_basestring  # escapes just what RFC 8785 has escaped


def header(
    kind: str, subject: str, actor: int | None, recorded_at: dt.datetime, commitment: bytes | memoryview
) -> bytes:
    """The canonical header of an entry (RFC 8785): all its columns, the body by its commitment.

    Written out by hand, the names in their order: ten times as fast as a serialiser, and a test holds the two
    together.
    """
    moment = recorded_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return (
        f'{{"actor":{"null" if actor is None else actor},"content":"{commitment.hex()}",'
        f'"kind":{encode_basestring(kind)},"recorded_at":"{moment}",'
        f'"subject":{encode_basestring(subject)},"v":1}}'
    ).encode()


def leaf_data(salt: bytes, canonical: bytes) -> bytes:
    """The 32 bytes that stand in the tree: SHA-256(salt || header)."""
    return hashlib.sha256(salt + canonical).digest()
