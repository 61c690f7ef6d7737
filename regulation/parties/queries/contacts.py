"""What the register said of where an entity is reached and paid."""

import datetime as dt

from django.db.models import QuerySet

from ..models import ContactRecord, Entity


def contacts_of(
    entity: Entity, *, on: dt.date | None = None, known_at: dt.datetime | None = None
) -> QuerySet[ContactRecord]:
    """What counts for each day or for one, as the register says or said at a moment; the newest first."""
    found = entity.contact_records.filter(
        **({"recorded__contains": known_at} if known_at else {"recorded__upper_inf": True})
    )
    return (found.filter(held__contains=on) if on else found).order_by("-held", "-pk")
