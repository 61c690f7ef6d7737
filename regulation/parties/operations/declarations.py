"""Declarations of interests."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record

from ..models import Declaration, Entity, User


@transaction.atomic
def declare_interests(*, entity: Entity, as_of: dt.date, by: User | None) -> Declaration:
    """The entity states that the interests on file are all it has, as of a day."""
    made = Declaration.objects.create(entity=entity, as_of=as_of, made_by=by)
    record(
        kind="parties.interests_declared",
        subject=made,
        actor=by,
        body={"entity": entity.urn, "as_of": as_of.isoformat()},
    )
    return made
