"""The seam between receipts and the tree: what a receipt needs of an entry, in one place.

As long as the log has no sequencer nothing is integrated: `proof_of` answers None and a receipt is pending.
"""

import base64
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from .models import Entry


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A salt and the canonical JSON (RFC 8785) it hides."""

    salt: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands in the tree of a checkpoint: hashes from the leaf's sibling upwards."""

    index: int
    hashes: list[bytes]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count: verifier keys of the log and of witnesses, and how many witnesses must sign."""

    log: list[str]
    witnesses: list[str]
    quorum: int


def header_of(entry: Entry) -> Disclosed | None:
    """The header that the leaf commits to; None while the entry has none."""
    return None


def content_of(entry: Entry) -> Disclosed | None:
    """The body with its salt; None where it was erased."""
    return Disclosed(bytes(entry.salt), entry.body.encode())


def proof_of(entry: Entry) -> Proof | None:
    """The proof against the newest checkpoint that holds the entry; None while it is not integrated."""
    return None


def latest_checkpoint() -> str | None:
    """The newest checkpoint with the cosignatures it needs; None while there is none."""
    return None


def trust() -> Trust:
    """The keys this site publishes."""
    said: dict[str, Any] = getattr(settings, "LEDGER_TRUST", {})
    return Trust(said.get("log", []), said.get("witnesses", []), said.get("quorum", 0))


def receipt_file(entry: Entry) -> str | None:
    """The receipt of an entry as text (c2sp.org/tlog-proof@v1); None while it is not integrated."""
    header, proof = header_of(entry), proof_of(entry)
    if header is None or proof is None:
        return None
    lines = ["qinqing-entry@v1", _line("header", header)]
    if (content := content_of(entry)) is not None:
        lines.append(_line("content", content))
    extra = _base64("\n".join(lines).encode())
    hashes = "".join(f"{_base64(each)}\n" for each in proof.hashes)
    return f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex {proof.index}\n{hashes}\n{proof.checkpoint}"


def _line(name: str, said: Disclosed) -> str:
    return f"{name} {_base64(said.salt)} {_base64(said.canonical)}"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
