"""Entries and what follows them; the tree over them and its checkpoints."""

from .entry import Delivery, Entry, Heartbeat, Outstanding, ReceiptLink
from .tree import Alarm, Checkpoint, Cosignature, Leaf, LogKey, Pending, Tile

__all__ = [
    "Alarm",
    "Checkpoint",
    "Cosignature",
    "Delivery",
    "Entry",
    "Heartbeat",
    "Leaf",
    "LogKey",
    "Outstanding",
    "Pending",
    "ReceiptLink",
    "Tile",
]
