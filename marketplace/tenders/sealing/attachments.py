"""Files sealed beside a bid: chunk by chunk, each as long as every other, padded to a few sizes. Pure.

A file's key follows from the bid's seed, so it opens with the bid and nowhere else. The nonce of a chunk
counts it and marks the last one (the STREAM construction): no chunk can be left out, moved or added.
"""

import hashlib
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .envelope import Unreadable, derived

CHUNK = 1024 * 1024  # bytes in the clear
SEALED_CHUNK = CHUNK + 16
CLASSES = (1, 2, 4, 8, 16, 32, 64, 128, 200)  # chunks: what the length of a sealed file can be
_LENGTH_BYTES = 8
FILE_MAGIC = b"QQ2F"  # begins a sealed file that is carried by hand; then its id, then its chunks
FILE_HEAD = len(FILE_MAGIC) + 16
LARGEST = CLASSES[-1] * CHUNK - _LENGTH_BYTES


def chunks_for(size: int) -> int:
    """How many chunks a file of so many bytes becomes. Raises ValueError when it is too large."""
    for count in CLASSES:
        if size + _LENGTH_BYTES <= count * CHUNK:
            return count
    raise ValueError("the file is larger than 200 MB")


def _cipher(seed: bytes, context: bytes, file: str) -> AESGCM:
    return AESGCM(derived(seed, b"file", context, bytes.fromhex(file)))


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + bytes([last]) + number.to_bytes(4, "big")


def seal_chunks(
    content: Iterable[bytes], size: int, *, seed: bytes, context: bytes, file: str
) -> Iterator[bytes]:
    """The sealed chunks of a file read piece by piece. Raises ValueError where it is not `size` long."""
    cipher, count = _cipher(seed, context, file), chunks_for(size)
    held, number, seen = bytearray(size.to_bytes(_LENGTH_BYTES, "big")), 0, 0
    for piece in content:
        held += piece
        seen += len(piece)
        while len(held) >= CHUNK and seen <= size:
            yield cipher.encrypt(_nonce(number, last=number == count - 1), bytes(held[:CHUNK]), None)
            del held[:CHUNK]
            number += 1
    if seen != size:
        raise ValueError("the file changed while it was read")
    while number < count:
        piece = bytes(held[:CHUNK]).ljust(CHUNK, b"\0")
        del held[:CHUNK]
        yield cipher.encrypt(_nonce(number, last=number == count - 1), piece, None)
        number += 1


def open_chunks(
    sealed: Iterable[bytes], count: int, *, seed: bytes, context: bytes, file: str
) -> Iterator[bytes]:
    """The file, piece by piece. Raises Unreadable at a chunk that does not open, or where one is missing."""
    cipher, left, number = _cipher(seed, context, file), -1, 0
    for number, chunk in enumerate(sealed, start=1):
        try:
            plain = cipher.decrypt(_nonce(number - 1, last=number == count), bytes(chunk), None)
        except (InvalidTag, ValueError) as failure:
            raise Unreadable from failure
        if left < 0:
            left = int.from_bytes(plain[:_LENGTH_BYTES], "big")
            plain = plain[_LENGTH_BYTES:]
        yield plain[:left]
        left -= min(left, len(plain))
    if number != count or left != 0:
        raise Unreadable


def file_head(file: str) -> bytes:
    """What a sealed file begins with that was made without a connection and is uploaded as it is."""
    return FILE_MAGIC + bytes.fromhex(file)


def carried(head: bytes, size: int) -> tuple[str, int]:
    """The id of a sealed file by its first bytes, and how many chunks follow by its length. Raises
    Unreadable for what is none."""
    count, rest = divmod(size - FILE_HEAD, SEALED_CHUNK)
    if len(head) != FILE_HEAD or head[: len(FILE_MAGIC)] != FILE_MAGIC or rest or count not in CLASSES:
        raise Unreadable
    return head[len(FILE_MAGIC) :].hex(), count


def digest_of(chunk_digests: Iterable[bytes]) -> str:
    """The digest of a sealed file: SHA-256 over the SHA-256 of each chunk; no device holds it whole."""
    return hashlib.sha256(b"".join(chunk_digests)).hexdigest()
