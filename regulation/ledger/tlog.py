"""Formats of a transparency log, as C2SP writes them down. Pure.

Signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint), cosignatures
(c2sp.org/tlog-cosignature, cosignature/v1), tiles (c2sp.org/tlog-tiles) and proofs (c2sp.org/tlog-proof@v1).
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .merkle import HASH_BYTES

ED25519, COSIGNATURE_V1 = 1, 4  # signature types of c2sp.org/signed-note
KEY_ID_BYTES, SIGNATURE_BYTES = 4, 64
TILE_WIDTH = 256
MOST_GROUPS = 7  # three digits each: as many as 63 bits fill
DASH = "— "
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


class BadNote(ValueError):
    """A text that is not what it should be, or a signature that does not fit; the message says what."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with the name it signs by: an Ed25519 log key, or a witness (cosignature/v1)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        """The verifier key as signed-note writes it: name+hexadecimal id+base64 of type and key."""
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """From what `str` gives. Raises BadNote."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3 or not _is_name(parts[0]):
            raise BadNote("a verifier key is name+id+key")
        raw = _raw(parts[2])
        if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE_V1):
            raise BadNote("a verifier key holds a type this log knows and 32 bytes")
        found = cls(parts[0], raw[0], raw[1:])
        if found.id.hex() != parts[1]:
            raise BadNote("the id of a verifier key does not fit its name and key")
        return found


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who, by which key id, and the bytes after the id."""

    name: str
    id: bytes
    body: bytes

    def line(self) -> str:
        return f"{DASH}{self.name} {_b64(self.id + self.body)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: text that ends with a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    @classmethod
    def parse(cls, source: str) -> "Note":
        """Raises BadNote. Line ends are newlines alone; control characters are refused."""
        text, gap, lines = source.rpartition("\n\n")
        if not gap or not text or not lines.endswith("\n"):
            raise BadNote("a note is text, an empty line, and signature lines")
        if any(ord(c) < 0x20 and c != "\n" for c in source):
            raise BadNote("a note holds no control characters")
        return cls(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))

    def signed_by(self, verifier: Verifier) -> int | None:
        """Whether a key signed it: for a witness the time it states (Unix seconds), for the log 0; else None.

        A line that names the key but does not verify counts for nothing.
        """
        for signature in self.signatures:
            if signature.name != verifier.name or signature.id != verifier.id:
                continue
            message, body, when = self.text.encode(), signature.body, 0
            if verifier.kind == COSIGNATURE_V1:
                if len(body) != 8 + SIGNATURE_BYTES:
                    continue
                when = struct.unpack(">Q", body[:8])[0]
                message, body = cosigned(self.text, when), body[8:]
            try:
                Ed25519PublicKey.from_public_bytes(verifier.public).verify(body, message)
            except (InvalidSignature, ValueError):
                continue
            return when
        return None


def cosigned(text: str, when: int) -> bytes:
    """What a witness signs over a checkpoint at a time in Unix seconds (cosignature/v1)."""
    return f"cosignature/v1\ntime {when}\n{text}".encode()


def sign(text: str, *, name: str, key: Ed25519PrivateKey) -> Signature:
    """The log's signature over a note's text."""
    public = key.public_key().public_bytes_raw()
    return Signature(name, key_id(name, ED25519, public), key.sign(text.encode()))


def cosign(text: str, *, name: str, key: Ed25519PrivateKey, when: int) -> Signature:
    """A witness's signature over a checkpoint's text at a time."""
    public = key.public_key().public_bytes_raw()
    body = struct.pack(">Q", when) + key.sign(cosigned(text, when))
    return Signature(name, key_id(name, COSIGNATURE_V1, public), body)


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: whose log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text of c2sp.org/tlog-checkpoint, without extensions."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Raises BadNote. Extension lines are passed over."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not lines[0]:
            raise BadNote("a checkpoint has an origin, a size and a root")
        if not (lines[1].isascii() and lines[1].isdigit()) or (lines[1] != "0" and lines[1][0] == "0"):
            raise BadNote("the size of a checkpoint is a decimal number")
        root = _raw(lines[2])
        if len(root) != HASH_BYTES:
            raise BadNote("the root of a checkpoint has 32 bytes")
        return cls(lines[0], int(lines[1]), root)


PLANNED, LOST, COMPROMISED = "planned", "lost", "compromised"
REASONS = (PLANNED, LOST, COMPROMISED)


@dataclass(frozen=True, slots=True)
class Turn:
    """One key in the place of another: the old one's last checkpoint with three extension lines."""

    head: Head
    reason: str
    old: Verifier
    new: Verifier

    def text(self) -> str:
        """The note text that both keys sign; after a loss or a theft the new one alone."""
        return f"{self.head.text()}rotation {self.reason}\nfrom {self.old}\nto {self.new}\n"

    @classmethod
    def parse(cls, text: str) -> "Turn":
        """Raises BadNote."""
        words = [line.split(" ") for line in text.split("\n")[3:-1]]
        if [word[0] for word in words] != ["rotation", "from", "to"] or any(len(w) != 2 for w in words):
            raise BadNote("a rotation has three lines after the checkpoint's")
        (_r, reason), (_f, old), (_t, new) = words
        found = cls(Head.parse(text), reason, Verifier.parse(old), Verifier.parse(new))
        if reason not in REASONS or {found.old.name, found.new.name} != {found.head.origin}:
            raise BadNote("a rotation is of one log, for a reason that is known")
        return found


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """The path of a tile below the log's address: `level` is a number, or "entries" for leaf data."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def tile_index(path: str) -> tuple[int, int]:
    """Index and width of a tile from the end of its path. Raises BadNote for any other spelling."""
    plain, dot, width = path.partition(".p/")
    groups = plain.split("/")
    if len(groups) > MOST_GROUPS:
        raise BadNote("a tile's index has at most 63 bits")
    digits = [g[1:] if n < len(groups) - 1 else g for n, g in enumerate(groups)]
    if not all(len(d) == 3 and d.isascii() and d.isdigit() for d in digits):
        raise BadNote("a tile's index is written in groups of three digits")
    wide = int(width) if dot and width.isascii() and width.isdigit() and len(width) < 4 else TILE_WIDTH
    index = int("".join(digits))
    if tile_path(0, index, wide) != f"tile/0/{path}" or (dot and not 0 < wide < TILE_WIDTH):
        raise BadNote("a tile has one spelling")
    return index, wide


def bundle(data: Iterable[bytes]) -> bytes:
    """An entries tile: each leaf's data after its length in two bytes (c2sp.org/tlog-tiles)."""
    return b"".join(struct.pack(">H", len(one)) + one for one in data)


@dataclass(frozen=True, slots=True)
class Proof:
    """A receipt's proof: extra data for whoever checks the leaf, its index, hashes, the signed checkpoint."""

    extra: bytes
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        """As c2sp.org/tlog-proof writes it."""
        lines = [PROOF_HEADER]
        if self.extra:
            lines.append(f"extra {_b64(self.extra)}")
        lines += [f"index {self.index}", *map(_b64, self.hashes), "", self.checkpoint]
        return "\n".join(lines)

    @classmethod
    def parse(cls, source: str) -> "Proof":
        """Raises BadNote."""
        head, gap, checkpoint = source.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != PROOF_HEADER:
            raise BadNote("a proof begins with its header and ends with a checkpoint")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = _raw(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index "):
            raise BadNote("a proof names the index of its leaf")
        index = lines.pop(0).removeprefix("index ")
        if not (index.isascii() and index.isdigit() and len(index) < 20) or (
            index != "0" and index[0] == "0"
        ):
            raise BadNote("the index of a proof is a decimal number")
        return cls(extra, int(index), tuple(_raw(line) for line in lines), checkpoint)


def hash_line(one: bytes) -> str:
    """A hash as a line of a proof."""
    return f"{_b64(one)}\n"


def signatures_of(lines: Sequence[str]) -> tuple[Signature, ...]:
    """Signature lines as a witness answers them. Raises BadNote."""
    return tuple(_signature(line) for line in lines)


def _signature(line: str) -> Signature:
    parts = line.removeprefix(DASH).split(" ")
    if not line.startswith(DASH) or len(parts) != 2 or not _is_name(parts[0]):
        raise BadNote("a signature line is a dash, a name and base64")
    raw = _raw(parts[1])
    if len(raw) <= KEY_ID_BYTES:
        raise BadNote("a signature has a key id and more")
    return Signature(parts[0], raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise BadNote("this is not base64") from fault
    if _b64(raw) != text:
        raise BadNote("base64 has one spelling")
    return raw
