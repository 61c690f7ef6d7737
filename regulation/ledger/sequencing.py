"""The sequencer: entries get their place in the tree in batches, and the log signs what it holds."""

import logging
import secrets
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from . import logkey
from .leaves import header, leaf_data
from .merkle import Frontier, frontier_of, leaf_hash
from .models import Checkpoint, Leaf
from .tiles import TileReader, grow
from .tlog import Head, Note, sign

log = logging.getLogger(__name__)
LOCK = 0x71_69_6E_71  # one sequencer at a time, in the whole database
BATCH = 4096
SALT_BYTES = 16


def hold_lock() -> None:
    """Wait until no other sequencer is at work; given back at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def tree_size() -> int:
    """How many leaves the tree has."""
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


@transaction.atomic
def sequence(*, limit: int = BATCH) -> int:
    """Give the entries that wait their places, in the order they became visible; returns how many.

    All or nothing: a crash leaves no gap, no double, and loses no entry, since each waits in a row of its
    own until its leaf is committed.
    """
    hold_lock()
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [limit])
        waiting = cursor.fetchall()
        if not waiting:
            return 0
        size = tree_size()
        frontier = frontier_of(size, TileReader())
        salts = secrets.token_bytes(SALT_BYTES * len(waiting))
        rows, hashes = [], []
        for n, (key, *columns) in enumerate(waiting):
            salt = salts[n * SALT_BYTES : (n + 1) * SALT_BYTES]
            data = leaf_data(salt, header(*columns))
            rows.append(f"{size + n}\t{key}\t\\\\x{salt.hex()}\t\\\\x{data.hex()}\n")
            hashes.append(leaf_hash(data))
        with cursor.copy("COPY ledger_leaf (index, entry_id, header_salt, data) FROM STDIN") as leaves:
            leaves.write("".join(rows))
        grow(frontier.extend(hashes))
        cursor.execute("DELETE FROM ledger_pending WHERE entry_id = ANY(%s)", [[row[0] for row in waiting]])
    return len(waiting)


WAITING = """
    SELECT e.id, e.kind, e.subject, e.actor_id, e.recorded_at, e.commitment
    FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY p.entry_id LIMIT %s
"""


def header_of_entry(entry: Any) -> bytes:
    """The header of an entry as it stands in the database."""
    return header(entry.kind, entry.subject, entry.actor_id, entry.recorded_at, entry.commitment)


@transaction.atomic
def sign_checkpoint() -> Checkpoint | None:
    """Sign the tree as it stands; None where it is empty, or this size is signed already.

    Raises logkey.NoLogKey in a process without the key, or with one that was rotated away.
    """
    key = logkey.read()
    hold_lock()
    if not logkey.counts(logkey.verifier_of(key)):
        log.error("ledger.key_does_not_count", extra={"said": "the file holds another key than LogKey names"})
        raise logkey.NoLogKey
    size = tree_size()
    if size == 0 or Checkpoint.objects.filter(size=size).exists():
        return None
    head = Head(settings.LEDGER_ORIGIN, size, root_now(size).root())
    text = head.text()
    note = Note(text, (sign(text, name=head.origin, key=key),))
    return Checkpoint.objects.create(size=size, root=head.root, note=str(note))


def root_now(size: int) -> Frontier:
    """The frontier of the stored tree at a size."""
    return frontier_of(size, TileReader())
