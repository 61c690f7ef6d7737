"""The seam between receipts and the tree: what a receipt needs of an entry, in one place."""

import base64
from dataclasses import dataclass

from django.conf import settings

from .merkle import inclusion_proof
from .models import Checkpoint, Entry, Leaf, LogKey
from .sequencing import header_of_entry
from .tiles import TileReader


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
    """The header that the leaf commits to; None while the entry has no place in the tree."""
    leaf = Leaf.objects.filter(entry=entry).first()
    return Disclosed(bytes(leaf.header_salt), header_of_entry(entry)) if leaf else None


def content_of(entry: Entry) -> Disclosed | None:
    """The body with its salt; None where it was erased."""
    return Disclosed(bytes(entry.salt), entry.body.encode())


def proof_of(entry: Entry) -> Proof | None:
    """The proof against the newest checkpoint that holds the entry; None while it is not integrated."""
    leaf = Leaf.objects.filter(entry=entry).first()
    point = Checkpoint.objects.order_by("-size").first()
    if leaf is None or point is None or point.size <= leaf.index:
        return None
    hashes = inclusion_proof(leaf.index, point.size, TileReader())
    return Proof(leaf.index, hashes, cosigned_note(point))


def cosigned_note(point: Checkpoint) -> str:
    """A checkpoint with the lines of the witnesses under the log's own."""
    return point.note + "".join(one.line for one in point.cosignatures.all())


def trust() -> Trust:
    """The keys this site publishes: those it signed with, and the witnesses it names."""
    keys = list(LogKey.objects.order_by("-since", "-pk").values_list("verifier", flat=True))
    return Trust(keys, list(settings.LEDGER_WITNESSES), settings.LEDGER_WITNESSES_REQUIRED)


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
