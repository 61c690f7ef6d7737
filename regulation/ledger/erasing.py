"""Erasing the content of an entry: asked by one person, decided by another, done by the database.

What it reaches is the salt and the body of one entry. Its kind, subject, actor, time and commitment stand,
and with them its leaf and every proof; without the salt the commitment tells nothing of what it committed to.
"""

from typing import Any

from django.db import connection, transaction

from .errors import (
    AlreadyDecided,
    AlreadyErased,
    NeverErased,
    NoPlaceYet,
    OwnEntry,
    ReasonMissing,
    SameErasure,
    StillOwed,
)
from .models import ERASED, Entry, Erasure, Ground, Leaf, Outcome, Outstanding
from .operations import record

OWN = "ledger."  # kinds by which the record speaks of itself


@transaction.atomic
def ask_erasure(*, entry: Entry, ground: Ground, reason: str, retention: str, by: Any) -> Erasure:
    """Ask that the content of an entry be destroyed; nothing is, until a second person has decided.

    `retention` says which period of retention was looked at and why it does not stand in the way. The entry
    is locked meanwhile against a second asking. Raises NeverErased, AlreadyErased, OwnEntry, ReasonMissing.
    """
    reason, retention = reason.strip(), retention.strip()
    if not reason or not retention:
        raise ReasonMissing
    if entry.kind.startswith(OWN):
        raise NeverErased
    if entry.actor_id == by.pk:
        raise OwnEntry
    with connection.cursor() as cursor:  # the site's role may not lock the entry's own row
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('ledger.erasure'), %s::int)", [entry.pk % 2**31]
        )
    if Erasure.objects.filter(entry=entry).exclude(outcome=Outcome.DECLINED).exists():
        raise AlreadyErased
    made = Erasure.objects.create(entry=entry, ground=ground, reason=reason, retention=retention, asked_by=by)
    body = {"entry": entry.pk, "ground": str(ground), "reason": reason, "retention": retention}
    record(kind="ledger.erasure_asked", subject=made, actor=by, body=body, noticeable=False)
    return made


@transaction.atomic
def erase(*, erasure: Erasure, by: Any) -> Erasure:
    """Destroy the content, with the entry that says so, in one transaction. It cannot be taken back.

    `by` is the second person. Raises AlreadyDecided, SameErasure, OwnEntry, NoPlaceYet, StillOwed.
    """
    held = _to_decide(erasure, by)
    if not Leaf.objects.filter(entry=held.entry).exists():
        raise NoPlaceYet
    if Outstanding.objects.filter(entry=held.entry).exists():
        raise StillOwed
    body = {
        "commitment": bytes(held.entry.commitment).hex(),
        "erasure": held.pk,
        "ground": held.ground,
        "reason": held.reason,
        "retention": held.retention,
    }
    said = record(kind=ERASED, subject=held.entry, actor=by, body=body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.ledger_erase(%s, %s)", [held.pk, said.pk])
    held.refresh_from_db()
    return held


@transaction.atomic
def decline_erasure(*, erasure: Erasure, by: Any, note: str) -> Erasure:
    """Leave the content where it is, with the reason in writing; it may be asked for again.

    Raises ReasonMissing, AlreadyDecided, SameErasure, OwnEntry.
    """
    said = note.strip()
    if not said:
        raise ReasonMissing
    held = _to_decide(erasure, by)
    held.outcome, held.decided_by, held.note = Outcome.DECLINED, by, said
    held.save(update_fields=["outcome", "decided_by", "note"])
    body = {"entry": held.entry_id, "note": said}
    record(kind="ledger.erasure_declined", subject=held, actor=by, body=body, noticeable=False)
    held.refresh_from_db()
    return held


def _to_decide(erasure: Erasure, by: Any) -> Erasure:
    """The erasure, locked. Raises AlreadyDecided; SameErasure and OwnEntry where `by` may not decide it."""
    held = Erasure.objects.select_for_update(of=("self",)).select_related("entry").get(pk=erasure.pk)
    if not held.is_open:
        raise AlreadyDecided
    if held.asked_by_id == by.pk:
        raise SameErasure
    if held.entry.actor_id == by.pk:
        raise OwnEntry
    return held
