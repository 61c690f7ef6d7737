"""What rulings speak of: approvals, services, laws, zones, conditions, activities, the working calendar."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import text
from ..models import (
    Activity,
    Approval,
    AreaAssessmentMatter,
    CalendarDay,
    Condition,
    Instrument,
    JointReviewScheme,
    Provision,
    Service,
    Zone,
)
from ..seed.tables import index_approval, index_instrument

Catalogued = (
    Activity
    | Approval
    | AreaAssessmentMatter
    | CalendarDay
    | Condition
    | Instrument
    | JointReviewScheme
    | Provision
    | Service
    | Zone
)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@transaction.atomic
def save_catalogued(*, item: Catalogued, changed: Sequence[str], by: User, rows: Rows | None = None) -> None:
    """Store what rulings speak of, with what it is sorted and found by.

    `changed` names the fields the editor touched; the entry keeps their new values. A provision takes its
    instrument's level, so that no one lifts a local rule to a law by hand. `rows` are the whole lists that
    take the place of what belongs to the item, such as the steps of an activity: the entry keeps them too.
    """
    created = item._state.adding
    if isinstance(item, Approval):
        index_approval(item)
    elif isinstance(item, Activity | Service):
        item.pinyin, item.initials = text.pinyin(item.name), text.initials(item.name)
    elif isinstance(item, Instrument):
        index_instrument(item)
    elif isinstance(item, Provision):
        item.level = item.instrument.level
    item.save()
    kind = f"registry.{item._meta.model_name}_{'created' if created else 'changed'}"
    values = {name: str(value) for name, value in model_to_dict(item, fields=changed).items()}
    body: dict[str, Any] = {"changed": values}
    for name, those in (rows or {}).items():
        body[name] = _replace(item, name, those)
    record(kind=kind, subject=item, actor=by, body=body)


def _replace(item: Any, name: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Put the rows in the place of those there are; returns them in words for the ledger."""
    related = getattr(item, name)
    related.all().delete()
    field = related.field.name
    related.model.objects.bulk_create(related.model(**{field: item}, **row) for row in rows)
    return [{key: str(getattr(value, "urn", value)) for key, value in row.items()} for row in rows]
