"""How a file is told of that comes in parts: the SHA-256 of each, in order. Pure."""

import hashlib
import re
from collections.abc import Sequence

_DIGEST = re.compile(r"[0-9a-f]{64}")


def parts_of(size: int, part: int) -> int:
    """How many parts of at most `part` bytes a file has."""
    return -(-size // part)


def is_plan(told: Sequence[object], count: int) -> bool:
    """Whether this is one digest for each of so many parts."""
    return len(told) == count and all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in told)


def fingerprint(plan: Sequence[str]) -> str:
    """SHA-256 of all the digests together: the same file has the same one."""
    return hashlib.sha256("".join(plan).encode()).hexdigest()
