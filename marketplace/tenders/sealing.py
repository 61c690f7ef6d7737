"""Sealing a bid to an opening key. Pure: no ORM, no clock, no files.

Suite QQ1: HPKE base mode (RFC 9180), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, over a JSON bid
padded to a fixed size. Tender and tenderer are bound in as `info`: a copied envelope does not open elsewhere.
"""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

SUITE_ID = "QQ1-X25519-HKDF-SHA256-AES-256-GCM"
PADDED_SIZE = 12288  # bytes before sealing: every envelope has the same size
NOTE_LIMIT = 1500  # characters; six bytes each at the most, once escaped
_LENGTH_BYTES = 4
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Unreadable(Exception):
    """The envelope does not open with this key for this tender and tenderer."""


class Malformed(Exception):
    """The envelope opens, but does not hold a bid."""


@dataclass(frozen=True, slots=True)
class PlainBid:
    """What an envelope holds: the total in yuan without tax, working days, and a note to the owner."""

    price: Decimal
    days: int
    note: str = ""


def _info(tender: str, tenderer: str) -> bytes:
    return "|".join(("qinqing/bid/1", SUITE_ID, tender, tenderer)).encode()


def seal(bid: PlainBid, *, public_key: bytes, tender: str, tenderer: str) -> bytes:
    """The envelope of a bid: always of the same size. Raises ValueError when the bid does not fit."""
    fields = {"price": str(bid.price), "days": bid.days, "note": bid.note}
    body = json.dumps(fields, ensure_ascii=False).encode()
    if len(body) > PADDED_SIZE - _LENGTH_BYTES:
        raise ValueError("the bid is longer than an envelope holds")
    padded = (len(body).to_bytes(_LENGTH_BYTES, "big") + body).ljust(PADDED_SIZE, b"\0")
    key = X25519PublicKey.from_public_bytes(public_key)
    return bytes(_SUITE.encrypt(padded, key, info=_info(tender, tenderer)))


def unseal(envelope: bytes, *, private_key: bytes, tender: str, tenderer: str) -> PlainBid:
    """The bid in an envelope. Raises Unreadable, or Malformed where what it holds is no bid."""
    key = X25519PrivateKey.from_private_bytes(private_key)
    try:
        padded = _SUITE.decrypt(bytes(envelope), key, info=_info(tender, tenderer))
    except (InvalidTag, ValueError) as failure:
        raise Unreadable from failure
    return _parse(padded)


def _parse(padded: bytes) -> PlainBid:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    try:
        fields = json.loads(padded[_LENGTH_BYTES : _LENGTH_BYTES + length])
        price, days, note = Decimal(fields["price"]), fields["days"], fields["note"]
        if not (
            price.is_finite() and 0 < price < Decimal("1e10") and price == price.quantize(Decimal("0.01"))
        ):
            raise Malformed
        if type(days) is not int or not 0 < days < 10_000 or not isinstance(note, str) or "\0" in note:
            raise Malformed
    except (ValueError, KeyError, TypeError, InvalidOperation) as failure:
        raise Malformed from failure
    return PlainBid(price=price, days=days, note=note[:NOTE_LIMIT])


def new_private_key() -> bytes:
    """A fresh X25519 private key, 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_half(private_key: bytes) -> bytes:
    """The public key of a private one, 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
