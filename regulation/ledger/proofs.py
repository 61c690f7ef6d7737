"""The seam between receipts and the tree: what a receipt needs of an entry, in one place."""

import base64
from dataclasses import dataclass

from django.conf import settings

from .merkle import inclusion_proof
from .models import Entry, Leaf
from .publication import cosigned_note, published
from .queries import database_now
from .rotation import key_states
from .sequencing import header_of_entry
from .tiles import TileReader
from .witnesses import named


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
    """Whose signatures count: keys of the log ("@" and the last size, where one ended) and of witnesses, and
    how many witnesses must sign."""

    log: list[str]
    witnesses: list[str]
    quorum: int


def header_of(entry: Entry) -> Disclosed | None:
    """The header that the leaf commits to; None while the entry has no place in the tree."""
    leaf = Leaf.objects.filter(entry=entry).first()
    return Disclosed(bytes(leaf.header_salt), header_of_entry(entry)) if leaf else None


def content_of(entry: Entry) -> Disclosed | None:
    """The body with its salt; None where it was erased."""
    if entry.salt is None or entry.body is None:
        return None
    return Disclosed(bytes(entry.salt), entry.body.encode())


def proof_of(entry: Entry) -> Proof | None:
    """The proof against the published checkpoint; None while that one does not hold the entry.

    Against a newer one whoever has a receipt would see the record grow between two moments of publication.
    """
    leaf = Leaf.objects.filter(entry=entry).first()
    point = published(at=database_now())
    if leaf is None or point is None or point.size <= leaf.index:
        return None
    tiles = TileReader()
    tiles.fetch(leaf.index, point.size)
    hashes = inclusion_proof(leaf.index, point.size, tiles, tiles.siblings)
    return Proof(leaf.index, hashes, cosigned_note(point))


def trust() -> Trust:
    """The keys this site publishes: those it signed with, and the witnesses it names."""
    keys = [key.word for key in key_states()]
    witnesses = [str(one.verifier) for one in named()]
    return Trust(keys, witnesses, settings.LEDGER_WITNESSES_REQUIRED)


def receipt_file(entry: Entry, *, told: bool = True) -> str | None:
    """The receipt of an entry as text (c2sp.org/tlog-proof@v1); None while its proof is not published.

    Where the content is not to be told, it proves the header and the place alone.
    """
    header, proof = header_of(entry), proof_of(entry)
    if header is None or proof is None:
        return None
    lines = ["qinqing-entry@v1", _line("header", header)]
    if told and (content := content_of(entry)) is not None:
        lines.append(_line("content", content))
    extra = encoded("\n".join(lines).encode())
    hashes = "".join(f"{encoded(each)}\n" for each in proof.hashes)
    return f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex {proof.index}\n{hashes}\n{proof.checkpoint}"


def _line(name: str, said: Disclosed) -> str:
    return f"{name} {encoded(said.salt)} {encoded(said.canonical)}"


def encoded(raw: bytes) -> str:
    """Bytes as a word of a receipt or an export."""
    return base64.b64encode(raw).decode()
