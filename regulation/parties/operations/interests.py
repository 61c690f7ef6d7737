"""Stating, ending and retracting interests."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from regulation.ledger.operations import record

from ..errors import EndsBeforeStart, InterestEnded, ReasonMissing, SourceMissing, WrongParties
from ..models import Entity, Interest, InterestKind, Person, Tier, User


@transaction.atomic
def state_interest(
    *,
    holder: Entity | Person,
    subject: Entity | Person,
    kind: str,
    start: dt.date | None,
    end: dt.date | None = None,
    share: tuple[Decimal, Decimal] | None = None,
    post: str = "",
    rank: str = "",
    tier: str = Tier.A,
    source: str,
    source_url: str = "",
    declared_by: Entity | None = None,
    statement: tuple[str, str, int] = ("", "", 0),
    by: User | None,
    is_invented: bool = False,
) -> Interest:
    """State that `holder` has `kind` in `subject` during [start, end). Share is (least, most) per cent.

    `statement` is (statement id, record id, ordinal) of BODS 0.4. Raises SourceMissing, EndsBeforeStart and
    WrongParties where the kind does not join these sorts of parties.
    """
    if not source.strip():
        raise SourceMissing
    if start and end and end <= start:
        raise EndsBeforeStart
    interest = Interest.objects.create(
        **_ends(holder, subject, kind),
        kind=kind,
        share_min=share[0] if share else None,
        share_max=share[1] if share else None,
        post=post,
        rank=rank,
        held=DateRange(start, end, "[)"),
        tier=tier,
        source=source,
        source_url=source_url,
        declared_by=declared_by,
        statement_id=statement[0],
        record_id=statement[1],
        ordinal=statement[2],
        is_invented=is_invented,
    )
    record(kind="parties.interest_stated", subject=interest, actor=by, body=interest_body(interest))
    return interest


def _ends(holder: Entity | Person, subject: Entity | Person, kind: str) -> dict[str, Entity | Person]:
    """The two columns that name the parties. Kinship joins two people, every other kind leads to an entity.

    Raises WrongParties.
    """
    people = isinstance(holder, Person), isinstance(subject, Person)
    if people[1] != (kind == InterestKind.CLOSE_KIN) or (people[1] and not people[0]):
        raise WrongParties
    return {
        "holder_person" if people[0] else "holder_entity": holder,
        "subject_person" if people[1] else "subject": subject,
    }


COPIED = (
    "holder_entity",
    "holder_person",
    "subject",
    "subject_person",
    "kind",
    "share_min",
    "share_max",
    "post",
    "rank",
    "tier",
    "source",
    "source_url",
    "declared_by",
    "record_id",
    "ordinal",
    "is_invented",
)


def _close(interest: Interest, *, at: dt.datetime) -> Interest:
    """The statement no longer stands from a moment on. Raises InterestEnded when it did not stand."""
    old = Interest.objects.select_for_update(no_key=True).get(pk=interest.pk)
    if old.recorded.upper is not None:
        raise InterestEnded
    old.recorded = DateTimeTZRange(old.recorded.lower, max(at, old.recorded.lower), "[)")
    old.save(update_fields=["recorded"])
    return old


@transaction.atomic
def end_interest(*, interest: Interest, end: dt.date, by: User | None, at: dt.datetime) -> Interest:
    """State that an interest ended on a day (exclusive): the old statement is closed, a new one opened.

    Raises InterestEnded when the statement no longer stands and EndsBeforeStart.
    """
    old = _close(interest, at=at)
    if old.held.lower and end <= old.held.lower:
        raise EndsBeforeStart
    same = {field: getattr(old, field) for field in COPIED}
    made = Interest.objects.create(**same, held=DateRange(old.held.lower, end, "[)"))
    body = interest_body(made) | {"was": old.urn}
    record(kind="parties.interest_ended", subject=made, actor=by, body=body)
    return made


@transaction.atomic
def retract_interest(*, interest: Interest, reason: str, by: User | None, at: dt.datetime) -> Interest:
    """State that an interest never was as recorded: closed, and nothing put in its place.

    Raises InterestEnded and ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    old = _close(interest, at=at)
    body = interest_body(old) | {"reason": reason.strip()}
    record(kind="parties.interest_retracted", subject=old, actor=by, body=body)
    return old


@transaction.atomic
def correct_interest(
    *,
    interest: Interest,
    facts: dict[str, Any],
    reason: str,
    source: str,
    source_url: str = "",
    by: User | None,
    at: dt.datetime,
) -> Interest:
    """State an interest anew with corrected facts; the old statement is retracted, since it was never so.

    `facts` may hold share (two Decimals, or None for not stated), post, rank, start and end, of the types
    `state_interest` takes. Raises InterestEnded, ReasonMissing, SourceMissing and EndsBeforeStart.
    """
    if not source.strip():
        raise SourceMissing
    old = retract_interest(interest=interest, reason=reason, by=by, at=at)
    start, end = facts.get("start", old.held.lower), facts.get("end", old.held.upper)
    if start and end and end <= start:
        raise EndsBeforeStart
    said = {field: getattr(old, field) for field in COPIED} | {"source": source, "source_url": source_url}
    if "share" in facts:
        said["share_min"], said["share_max"] = facts["share"] or (None, None)
    said |= {name: facts[name] for name in ("post", "rank") if name in facts}
    made = Interest.objects.create(**said, held=DateRange(start, end, "[)"))
    body = interest_body(made) | {"was": old.urn}
    record(kind="parties.interest_stated", subject=made, actor=by, body=body)
    return made


def interest_body(interest: Interest) -> dict[str, Any]:
    """What an entry says of an interest: URNs and JSON values. People stand there by their key alone."""
    held = interest.held
    return {
        "holder": interest.holder.urn if interest.holder else None,
        "subject": interest.about.urn if interest.about else None,
        "kind": str(interest.kind),
        "start": held.lower.isoformat() if held.lower else None,
        "end": held.upper.isoformat() if held.upper else None,
        "share": [str(interest.share_min), str(interest.share_max)]
        if interest.share_min is not None
        else None,
        "tier": str(interest.tier),
        "source": interest.source,
    }
