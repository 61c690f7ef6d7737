"""Versions of the rules: proposed as a file, published by a second person."""

import datetime as dt
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.ledger.queries import database_now
from regulation.parties.models import User

from ..errors import AlreadyDecided, PackKnown, PackStartsBefore, ReasonMissing, SamePerson
from ..models import PackPublication, PackRejection, RulePack
from ..rules import read_pack


@transaction.atomic
def propose_pack(*, body: dict[str, Any], source: str, by: User | None) -> RulePack:
    """Put a version of the rules on record. The same text again changes nothing.

    Raises rules.BadPack, and PackKnown where the version says something else already.
    """
    pack = read_pack(body)
    there = RulePack.objects.filter(pk=pack.version).first()
    if there is not None:
        if there.digest != pack.digest:
            raise PackKnown
        return there
    made = RulePack.objects.create(
        version=pack.version,
        title=str(body.get("title", ""))[:200],
        title_zh=str(body.get("title_zh", ""))[:200],
        body=body,
        digest=pack.digest,
        source=source,
        proposed_by=by,
    )
    record(kind="decoupling.pack_proposed", subject=made, actor=by, body={"digest": made.digest})
    return made


@transaction.atomic
def publish_pack(
    *, pack: RulePack, by: User | None, at: dt.datetime | None = None, start: dt.date | None = None
) -> PackPublication:
    """Let checks use a pack from now on, or from the beginning of a later day in Shanghai.

    What comes with the code is proposed and published by nobody. Raises SamePerson, AlreadyDecided, and
    PackStartsBefore for a day that has begun.
    """
    if pack.proposed_by_id is not None and (by is None or by.pk == pack.proposed_by_id):
        raise SamePerson
    starts_at = None
    if start is not None:
        now = at or database_now()
        starts_at = timezone.make_aware(dt.datetime.combine(start, dt.time()))
        if start < timezone.localdate(now):
            raise PackStartsBefore
        if starts_at <= now:
            starts_at = None
    made = _decide(PackPublication(pack=pack, published_by=by, starts_at=starts_at))
    body = {"digest": pack.digest} | ({"start": start.isoformat()} if start is not None and starts_at else {})
    record(kind="decoupling.pack_published", subject=pack, actor=by, body=body)
    return made


@transaction.atomic
def reject_pack(*, pack: RulePack, reason: str, by: User) -> PackRejection:
    """Give a proposed pack up: whoever proposed it takes it back, or another turns it down.

    Raises ReasonMissing, AlreadyDecided.
    """
    if not reason.strip():
        raise ReasonMissing
    made = _decide(PackRejection(pack=pack, rejected_by=by, reason=reason.strip()))
    record(
        kind="decoupling.pack_rejected",
        subject=pack,
        actor=by,
        body={"digest": pack.digest, "reason": made.reason},
    )
    return made


Decision = TypeVar("Decision", PackPublication, PackRejection)


def _decide(made: Decision) -> Decision:
    """A pack is decided once: the database says who was first."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as refusal:
        if any(name in str(refusal) for name in ("pack_decided_once", "_pack_id_key")):
            raise AlreadyDecided from refusal
        raise
    return made
