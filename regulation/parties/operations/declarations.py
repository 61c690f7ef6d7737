"""Declarations of interests: frozen as a whole, held against what others say."""

import datetime as dt
import hashlib
from collections.abc import Iterable

import rfc8785
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record

from ..models import Declaration, Discrepancy, Entity, Interest, User
from ..queries import due_on, last_declaration, stated_by, stated_of
from .discrepancies import compare_declaration, note_late
from .interests import interest_body


@transaction.atomic
def declare_interests(
    *, entity: Entity, as_of: dt.date, by: User | None, at: dt.datetime | None = None
) -> Declaration:
    """The entity states that the interests on file are all it has, as of a day.

    Its own and others' statements.
    """
    return declare_whole(entity, [*stated_by(entity), *stated_of(entity)], as_of=as_of, by=by, at=at)


def declare_whole(
    entity: Entity,
    interests: Iterable[Interest],
    *,
    as_of: dt.date,
    by: User | None,
    at: dt.datetime | None,
    changed: Iterable[dt.date] = (),
) -> Declaration:
    """Freeze some interests as all the entity has, and note what is late or contradicted. In the caller's
    transaction; `changed` are the days on which what it tells began or ended."""
    before, moment = last_declaration(entity), at or timezone.now()
    contents = [{"ref": one.urn} | interest_body(one) for one in interests]
    digest = hashlib.sha256(rfc8785.dumps(contents)).hexdigest()
    late = _days_missed(entity, before, as_of=as_of, changed=changed)
    made = Declaration.objects.create(
        entity=entity, as_of=as_of, made_by=by, contents=contents, digest=digest
    )
    record(
        kind="parties.interests_declared",
        subject=made,
        actor=by,
        body={
            "entity": entity.urn,
            "as_of": as_of.isoformat(),
            "interests": [row["ref"] for row in contents],
            "digest": digest,
        },
    )
    Discrepancy.objects.open().filter(entity=entity).update(cleared_at=moment)
    for day in late:
        note_late(entity=entity, due=day, declaration=made, at=moment)
    compare_declaration(declaration=made)
    return made


def _days_missed(
    entity: Entity, before: Declaration | None, *, as_of: dt.date, changed: Iterable[dt.date]
) -> set[dt.date]:
    """The days by which this declaration was due and did not come."""
    within = dt.timedelta(days=settings.DECLARATION_CHANGE_DAYS)
    due = {due_on(entity, before)}
    if before is not None:
        due |= {day + within for day in changed if day > before.as_of}
    return {day for day in due if day < as_of}
