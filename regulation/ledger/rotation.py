"""The keys the log signs with, one after the other.

A rotation is the old key's last checkpoint with three lines that name the reason and both keys, as a signed
note. Planned: both keys sign it, so whoever trusts the old one follows by itself. After a loss or a theft the
new key signs alone, and has to be told outside. It is run as the owner of the database, with the key's file.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from . import logkey
from .errors import NothingSigned, NotTheKey
from .models import Checkpoint, LogKey
from .operations import record
from .sequencing import hold_lock, sign_checkpoint
from .tlog import COMPROMISED, PLANNED, Head, Note, Turn, Verifier, sign


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key of the log: since when, and up to which size it counts (None: it signs; 0: not at all), why."""

    verifier: str
    since: dt.datetime
    until: int | None
    reason: str

    @property
    def word(self) -> str:
        """The verifier key as verifiers take it, with the size up to which it counts."""
        return self.verifier if self.until is None else f"{self.verifier}@{self.until}"


def key_states() -> list[KeyState]:
    """Every key this log signed with, the newest first."""
    states: list[KeyState] = []
    until, reason = None, ""
    for row in LogKey.objects.order_by("-pk"):
        states.append(KeyState(row.verifier, row.since, until, reason))
        if row.rotation:
            turn = Turn.parse(Note.parse(row.rotation).text)
            until, reason = 0 if turn.reason == COMPROMISED else turn.head.size, turn.reason
    return states


def rotations() -> list[str]:
    """The notes by which one key followed another, the oldest first."""
    rows = LogKey.objects.exclude(rotation="").order_by("pk")
    return list(rows.values_list("rotation", flat=True))


def rotate(*, reason: str) -> Verifier:
    """Make a new key, put it in the place of the old one, and say so in a note and an entry.

    What was interrupted is finished by the same call. Raises NothingSigned, NotTheKey, and logkey.NoLogKey
    where a planned rotation has no old key.
    """
    with transaction.atomic():
        hold_lock()
        if (made := logkey.next_key()) is not None and logkey.counts(logkey.verifier_of(made)):
            logkey.replace()
            return logkey.verifier_of(made)
        new = logkey.make_next()
        verifier = logkey.verifier_of(new)
        old = LogKey.objects.order_by("-pk").first()
        if reason == PLANNED:
            if old is None or str(logkey.verifier_of(logkey.read())) != old.verifier:
                raise NotTheKey
            sign_checkpoint()
        point = Checkpoint.objects.order_by("-size").first()
        if old is None or point is None:
            raise NothingSigned
        head = Head(settings.LEDGER_ORIGIN, point.size, bytes(point.root))
        turn = Turn(head, reason, Verifier.parse(old.verifier), verifier)
        signers = [logkey.read(), new] if reason == PLANNED else [new]
        note = Note(turn.text(), tuple(sign(turn.text(), name=head.origin, key=key) for key in signers))
        row = LogKey.objects.create(verifier=str(verifier), rotation=str(note))
        body = {"from": old.verifier, "to": str(verifier), "reason": reason, "size": point.size}
        record(kind="ledger.key_rotated", subject=row, actor=None, body=body)
    logkey.replace()
    return verifier
