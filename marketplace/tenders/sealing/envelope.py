"""The envelope of suite QQ2: a header with one box a trustee, and the bid encrypted under a key of its own.

Everything in the header follows from the seed and the shares, so whoever has recovered the seed makes the
header once more: an envelope that is not exactly what the rules make of it does not open, whichever trustees
came. Tender and tenderer are bound in: a copied envelope does not open elsewhere.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import hpke, shamir
from .bid import PADDED_SIZE, PlainBid, padded, parsed

SUITE_ID = "QQ2-SHAMIR-GF256-X25519-HKDF-SHA256-AES-256-GCM"
MAGIC = b"QQ2\n"
SEED_SIZE = 32
KEY_ID_SIZE = 16
_LABEL = b"qinqing/QQ2/"
_FIXED = len(MAGIC) + 2 + 32
_BOX = KEY_ID_SIZE + 1 + 32 + 32 + SEED_SIZE + hpke.TAG_SIZE
_NONCE = bytes(12)  # each key encrypts one content only


class Unreadable(Exception):
    """The envelope does not open for this tender and tenderer, or is not what the rules make of its seed."""


@dataclass(frozen=True, slots=True)
class Key:
    """A trustee's public key for one tender."""

    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.public)


@dataclass(frozen=True, slots=True)
class Box:
    """What the header holds for one trustee."""

    key: bytes
    x: int
    share_hash: bytes
    enc: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """The readable part of an envelope: `needed` of the boxes open it."""

    needed: int
    context: bytes
    boxes: tuple[Box, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """An opened envelope: the bid, and the seed that opens the files sealed beside it."""

    bid: PlainBid
    seed: bytes


def key_id(public: bytes) -> bytes:
    """The first 16 bytes of the SHA-256 of a public key."""
    return hashlib.sha256(public).digest()[:KEY_ID_SIZE]


def new_private_key() -> bytes:
    """A fresh X25519 private key, 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_half(private_key: bytes) -> bytes:
    """The public key of a private one, 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def context_of(*, tender: str, tenderer: str) -> bytes:
    """What binds an envelope to its place: 32 bytes, whatever the names."""
    said = b"\0".join((_LABEL + b"context", tender.encode(), tenderer.encode()))
    return hashlib.sha256(said).digest()


def derived(seed: bytes, label: bytes, *parts: bytes) -> bytes:
    """A key for one purpose, from the seed."""
    return hpke.hmac_sha256(seed, _LABEL, label, b"\0", *parts)


def share_hash(context: bytes, x: int, share: bytes) -> bytes:
    return hashlib.sha256(_LABEL + b"share\0" + context + bytes([x]) + share).digest()


def _box_info(context: bytes, x: int) -> bytes:
    return _LABEL + b"box\0" + context + bytes([x])


def envelope_size(trustees: int) -> int:
    """How long every envelope of a tender with so many trustees is."""
    return _FIXED + trustees * _BOX + PADDED_SIZE + hpke.TAG_SIZE


def _header(
    seed: bytes, shares: Sequence[bytes], *, needed: int, context: bytes, trustees: Sequence[bytes]
) -> bytes:
    """The header that follows from seed, shares and public keys: the same whenever it is made."""
    out = [MAGIC, bytes([needed, len(trustees)]), context]
    for x, (share, public) in enumerate(zip(shares, trustees, strict=True), start=1):
        ephemeral = derived(seed, b"ephemeral", context, bytes([x]))
        enc, box = hpke.seal(share, to=public, info=_box_info(context, x), ephemeral=ephemeral)
        out += [key_id(public), bytes([x]), share_hash(context, x, share), enc, box]
    return b"".join(out)


def seal(
    bid: PlainBid,
    *,
    trustees: Sequence[Key],
    needed: int,
    tender: str,
    tenderer: str,
    seed: bytes | None = None,
    coefficients: Sequence[bytes] | None = None,
) -> bytes:
    """The envelope of a bid, to be opened by `needed` of the trustees, in this order.

    `seed` and `coefficients` are drawn here; they are given only where files were sealed with the seed
    before, and by test vectors. Raises ValueError when the bid does not fit.
    """
    content = padded(bid)
    seed = seed or secrets.token_bytes(SEED_SIZE)
    coefficients = coefficients or [secrets.token_bytes(SEED_SIZE) for _ in range(needed - 1)]
    if len(coefficients) != needed - 1:
        raise ValueError("one coefficient fewer than shares needed")
    context = context_of(tender=tender, tenderer=tenderer)
    shares = shamir.split(seed, coefficients=coefficients, shares=len(trustees))
    keys = [key.public for key in trustees]
    header = _header(seed, shares, needed=needed, context=context, trustees=keys)
    return header + AESGCM(derived(seed, b"content", context)).encrypt(_NONCE, content, header)


def read_header(envelope: bytes) -> Header:
    """The header of an envelope. Raises Unreadable where it has another form or length."""
    if len(envelope) < _FIXED or envelope[:4] != MAGIC:
        raise Unreadable
    needed, count = envelope[4], envelope[5]
    if not 1 < needed <= count or len(envelope) != envelope_size(count):
        raise Unreadable
    size = _FIXED + count * _BOX
    return Header(needed, envelope[6:_FIXED], boxes_of(envelope[:size]), size)


def boxes_of(header: bytes) -> tuple[Box, ...]:
    """The boxes in the bytes of a header. Raises Unreadable."""
    count = (len(header) - _FIXED) // _BOX
    if count < 1 or header[:4] != MAGIC or len(header) != _FIXED + count * _BOX or header[5] != count:
        raise Unreadable
    boxes = []
    for x in range(1, count + 1):
        at = _FIXED + (x - 1) * _BOX
        raw = header[at : at + _BOX]
        if raw[16] != x:
            raise Unreadable
        boxes.append(Box(raw[:16], x, raw[17:49], raw[49:81], raw[81:]))
    return tuple(boxes)


def share_fits(header: Header, x: int, share: bytes) -> bool:
    """Whether this is the share that the header names at `x`."""
    return share_hash(header.context, x, share) == header.boxes[x - 1].share_hash


def open_share(box: Box, *, context: bytes, private_key: bytes) -> bytes | None:
    """A trustee's share; None where its box does not open, or holds another share than the header names."""
    share = hpke.unseal(box.enc, box.sealed, private_key=private_key, info=_box_info(context, box.x))
    fits = share is not None and share_hash(context, box.x, share) == box.share_hash
    return share if fits else None


def unseal(
    envelope: bytes, *, shares: Mapping[int, bytes], trustees: Sequence[Key], tender: str, tenderer: str
) -> Recovered:
    """What an envelope holds, from shares by their x. Which of them are given makes no difference.

    Raises Unreadable where it does not open, is bound elsewhere, names other trustees, or is not exactly what
    the rules make of its seed; Malformed where what it holds is no bid.
    """
    header = read_header(envelope)
    context = context_of(tender=tender, tenderer=tenderer)
    keys = [key.public for key in trustees]
    fit = {x: share for x, share in shares.items() if share_fits(header, x, share)}
    if header.context != context or len(keys) != len(header.boxes) or len(fit) < header.needed:
        raise Unreadable
    points = dict(sorted(fit.items())[: header.needed])
    seed = shamir.value_at(0, points)
    every = [shamir.value_at(x, points) for x in range(1, len(keys) + 1)]
    try:
        again = _header(seed, every, needed=header.needed, context=context, trustees=keys)
        if again != envelope[: header.size]:
            raise Unreadable
        cipher = AESGCM(derived(seed, b"content", context))
        content = cipher.decrypt(_NONCE, envelope[header.size :], again)
    except (InvalidTag, ValueError) as failure:
        raise Unreadable from failure
    return Recovered(parsed(content), seed)
