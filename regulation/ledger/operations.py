"""Writing to the ledger."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

import rfc8785
from celery import current_app
from django.db import connection, transaction

from .effects import owed_by
from .errors import AlreadyExplained, ReasonMissing
from .generation import turn
from .models import Alarm, Entry

SALT_BYTES = 16


class Recorded(Protocol):
    """Anything an entry can be about."""

    @property
    def urn(self) -> str: ...


def commitment(salt: bytes, body: bytes) -> bytes:
    """SHA-256 over the salt and the canonical body: says nothing about the body without the salt."""
    return hashlib.sha256(salt + body).digest()


def record(
    *, kind: str, subject: Recorded, actor: Any | None, body: dict[str, Any], noticeable: bool = True
) -> Entry:
    """Append one entry in the caller's transaction and queue its effects for after the commit.

    `kind` is "room.what_happened". `body` holds JSON values only: money and times as strings.
    An entry that is not `noticeable` changes nothing a visitor sees, and leaves what is kept for visitors: or
    the time a page takes would tell that a sealed bid came in.
    Raises TransactionManagementError outside a transaction, so that no write goes without its entry.
    """
    return record_all(kind=kind, told=[(subject, body)], actor=actor, noticeable=noticeable)[0]


def record_all(
    *,
    kind: str,
    told: Sequence[tuple[Recorded, dict[str, Any]]],
    actor: Any | None,
    noticeable: bool = True,
) -> list[Entry]:
    """`record` of many subjects of one kind, each with its body, in their order and in one statement."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("ledger.record needs the caller's transaction")
    entries = [_entry(kind, subject, actor, body) for subject, body in told]
    owed = [owed_by(kind, body) for _, body in told]
    _insert(entries, owed)
    if noticeable and entries:
        transaction.on_commit(partial(turn, kind.partition(".")[0]), robust=True)
    for entry, effects in zip(entries, owed, strict=True):
        if effects:
            transaction.on_commit(partial(_queue, entry.pk), robust=True)
    return entries


def _entry(kind: str, subject: Recorded, actor: Any | None, body: dict[str, Any]) -> Entry:
    canonical = rfc8785.dumps(body)
    salt = secrets.token_bytes(SALT_BYTES)
    return Entry(
        kind=kind,
        subject=subject.urn,
        actor=actor,
        salt=salt,
        body=canonical.decode(),
        commitment=commitment(salt, canonical),
    )


# Entries and what they owe (outbox.py) in one statement. Number and time are the database's to give.
INSERT = """
    WITH told AS (
        SELECT * FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::bytea[]) WITH ORDINALITY
            AS t (subject, salt, body, commitment, place)
    ), made AS (
        INSERT INTO ledger_entry (kind, subject, actor_id, salt, body, commitment)
        SELECT %s, subject, %s, salt, body, commitment FROM told ORDER BY place
        RETURNING id, recorded_at, commitment
    ), owed AS (
        INSERT INTO ledger_outstanding (entry_id, effect, tries, error)
        SELECT made.id, o.effect, 0, '' FROM unnest(%s::bytea[], %s::text[]) AS o (commitment, effect)
        JOIN made USING (commitment)
    )
    SELECT commitment, id, recorded_at FROM made
"""


def _insert(entries: list[Entry], owed: list[list[str]]) -> None:
    """One round trip; each entry is given what the database gave it. Commitments are salted: no two alike."""
    if not entries:
        return
    columns = ("subject", "salt", "body", "commitment")
    pairs = [(e.commitment, name) for e, names in zip(entries, owed, strict=True) for name in names]
    told: list[Any] = [[getattr(entry, column) for entry in entries] for column in columns]
    told += [entries[0].kind, entries[0].actor_id, [key for key, _ in pairs], [name for _, name in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, told)
        given = {bytes(key): rest for key, *rest in cursor.fetchall()}
    for entry in entries:
        entry.pk, entry.recorded_at = given[bytes(entry.commitment)]
        entry._state.adding, entry._state.db = False, connection.alias


def _queue(entry_id: int) -> None:
    """A broker that is away loses nothing: beat tries what is owed again."""
    current_app.send_task("ledger.deliver", [entry_id], retry=False)


@transaction.atomic
def explain_alarm(*, alarm: Alarm, by: Any, reason: str, at: dt.datetime) -> Alarm:
    """A person says in writing why the audit found a difference; the alarm stays, with that.

    What the alarm said and the reason stand in an entry too, so that neither can be altered unseen.
    Raises ReasonMissing, and AlreadyExplained where somebody was first.
    """
    said = reason.strip()
    if not said:
        raise ReasonMissing
    held = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if held.explained_at is not None:
        raise AlreadyExplained
    held.explained_at, held.explained_by, held.explanation = at, by, said
    held.save(update_fields=["explained_at", "explained_by", "explanation"])
    body = {"what": held.what, "where": held.where, "reason": said}
    record(kind="ledger.alarm_explained", subject=held, actor=by, body=body, noticeable=False)
    return held
