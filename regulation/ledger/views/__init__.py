"""Pages of the record."""

from .alarms import alarm, alarm_list
from .erasures import (
    erasure,
    erasure_ask,
    erasure_confirm,
    erasure_decline,
    erasure_find,
    erasure_list,
)
from .machine import checkpoint, rotations, tile
from .outbox import dead_letter_list, letter_try_again, letters_try_again
from .overview import about
from .receipts import receipt, receipt_download, verify
from .story import record_page, record_proof

__all__ = [
    "about",
    "alarm",
    "alarm_list",
    "checkpoint",
    "dead_letter_list",
    "erasure",
    "erasure_ask",
    "erasure_confirm",
    "erasure_decline",
    "erasure_find",
    "erasure_list",
    "letter_try_again",
    "letters_try_again",
    "receipt",
    "receipt_download",
    "record_page",
    "record_proof",
    "rotations",
    "tile",
    "verify",
]
