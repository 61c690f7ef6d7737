"""Suite QQ2: bids sealed so that any two of three trustees open them together, after the deadline.

Pure: no ORM, no clock, no files, nothing but `cryptography`. The formats stand in docs/sealing.md with test
vectors; static/js/seal.js does the same in the browser.
"""

from .bid import NAME_LIMIT, NOTE_LIMIT, PADDED_SIZE, Attached, Malformed, PlainBid
from .envelope import (
    MAGIC,
    SUITE_ID,
    Header,
    Key,
    Recovered,
    Unreadable,
    context_of,
    envelope_size,
    key_id,
    new_private_key,
    open_share,
    public_half,
    read_header,
    seal,
    share_fits,
    unseal,
)

__all__ = [
    "MAGIC",
    "NAME_LIMIT",
    "NOTE_LIMIT",
    "PADDED_SIZE",
    "SUITE_ID",
    "Attached",
    "Header",
    "Key",
    "Malformed",
    "PlainBid",
    "Recovered",
    "Unreadable",
    "context_of",
    "envelope_size",
    "key_id",
    "new_private_key",
    "open_share",
    "public_half",
    "read_header",
    "seal",
    "share_fits",
    "unseal",
]
