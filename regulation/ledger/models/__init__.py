"""Entries and what follows them; the tree over them and its checkpoints."""

from .entry import ERASED, DatabaseTimed, Delivery, Entry, Heartbeat, Outstanding, ReceiptLink
from .erasure import Erasure, Ground, Outcome
from .tree import Alarm, Checkpoint, Cosignature, Leaf, LogKey, Pending, Tile

__all__ = [
    "ERASED",
    "Alarm",
    "Checkpoint",
    "Cosignature",
    "DatabaseTimed",
    "Delivery",
    "Entry",
    "Erasure",
    "Ground",
    "Heartbeat",
    "Leaf",
    "LogKey",
    "Outcome",
    "Outstanding",
    "Pending",
    "ReceiptLink",
    "Tile",
]
