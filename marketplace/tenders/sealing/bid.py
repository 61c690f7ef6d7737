"""What an envelope holds: JSON, padded so that every bid is as long as every other. Pure."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

PADDED_SIZE = 16384  # bytes before sealing
NOTE_LIMIT = 1500  # characters; six bytes each at the most, once escaped
NAME_LIMIT = 120  # characters of a file's name
ATTACHED_LIMIT = 5  # files
_LENGTH_BYTES = 4
_HEX32, _HEX64 = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{64}")


class Malformed(Exception):
    """The envelope opens, but does not hold a bid."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file sealed beside the bid: its id, name, length in the clear, and SHA-256 once sealed."""

    id: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PlainBid:
    """The total in yuan without tax, working days, a note to the owner, and the files sealed beside it."""

    price: Decimal
    days: int
    note: str = ""
    files: tuple[Attached, ...] = ()


def padded(bid: PlainBid) -> bytes:
    """The bid as it is sealed. Raises ValueError when it does not fit."""
    fields: dict[str, Any] = {"price": str(bid.price), "days": bid.days, "note": bid.note}
    fields["files"] = [
        {"id": file.id, "name": file.name, "size": file.size, "sha256": file.sha256} for file in bid.files
    ]
    body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > PADDED_SIZE - _LENGTH_BYTES:
        raise ValueError("the bid is longer than an envelope holds")
    return (len(body).to_bytes(_LENGTH_BYTES, "big") + body).ljust(PADDED_SIZE, b"\0")


def parsed(content: bytes) -> PlainBid:
    """The bid in a padded content. Raises Malformed. Fields not named here count for nothing."""
    length = int.from_bytes(content[:_LENGTH_BYTES], "big")
    if len(content) != PADDED_SIZE or length > PADDED_SIZE - _LENGTH_BYTES:
        raise Malformed
    try:
        fields = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + length])
        price, days, note = _price(fields["price"]), fields["days"], fields["note"]
        files = tuple(_attached(file) for file in fields.get("files", []))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidOperation) as failure:
        raise Malformed from failure
    if type(days) is not int or not 0 < days < 10_000 or not _is_text(note):
        raise Malformed
    if len(files) > ATTACHED_LIMIT or len({file.id for file in files}) != len(files):
        raise Malformed
    return PlainBid(price=price, days=days, note=note[:NOTE_LIMIT], files=files)


def _price(said: Any) -> Decimal:
    if not isinstance(said, str):
        raise Malformed
    price = Decimal(said)
    if not (price.is_finite() and 0 < price < Decimal("1e10") and price == price.quantize(Decimal("0.01"))):
        raise Malformed
    return price


def _is_text(said: Any) -> bool:
    """A text the database can keep: no NUL, no half of a surrogate pair."""
    return isinstance(said, str) and "\0" not in said and not re.search("[\ud800-\udfff]", said)


def _attached(said: Any) -> Attached:
    file = Attached(id=said["id"], name=said["name"], size=said["size"], sha256=said["sha256"])
    named = _is_text(file.name) and 0 < len(file.name) <= NAME_LIMIT
    if not named or not _HEX32.fullmatch(file.id) or not _HEX64.fullmatch(file.sha256):
        raise Malformed
    if type(file.size) is not int or file.size < 0:
        raise Malformed
    return file
