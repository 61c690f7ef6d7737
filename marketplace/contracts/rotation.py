"""In which turn listed mediators are asked. Pure: whoever knows the list and the dispute can compute it."""

import hashlib
from collections.abc import Iterable


def in_turn(dispute: str, candidates: Iterable[tuple[str, int]]) -> list[str]:
    """Refs of mediators, each given with how often it was named before: the least often first.

    Where that is the same, by the SHA-256 of "dispute/mediator": nobody chooses, and anybody can check.
    """

    def place(candidate: tuple[str, int]) -> tuple[int, str]:
        ref, times = candidate
        return times, hashlib.sha256(f"{dispute}/{ref}".encode()).hexdigest()

    return [ref for ref, _times in sorted(candidates, key=place)]
