"""What rulings speak of: approvals, services, laws, zones, conditions, activities, the working calendar."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import text
from ..errors import (
    ApprovalMovedApart,
    ArticleOutsideInstrument,
    DeciderOverlaps,
    DemandsRestOnIt,
    RegistryRefused,
)
from ..models import (
    Activity,
    Approval,
    AreaAssessmentMatter,
    CalendarDay,
    Condition,
    Counterpart,
    Delegation,
    Instrument,
    JointReviewScheme,
    Provision,
    Service,
    Zone,
)
from ..queries import outlasting
from ..seed.tables import index_approval, index_instrument

Catalogued = (
    Activity
    | Approval
    | AreaAssessmentMatter
    | CalendarDay
    | Condition
    | Counterpart
    | Delegation
    | Instrument
    | JointReviewScheme
    | Provision
    | Service
    | Zone
)
PROMISES: Mapping[str, type[RegistryRefused]] = {
    "provision_within_its_instrument": ArticleOutsideInstrument,
    "delegation_one_decider_at_a_time": DeciderOverlaps,
    "ruling_approval_of_its_place": ApprovalMovedApart,
    "ruling_not_harder_than_above": DemandsRestOnIt,
    "ruling_mandatory_has_lawful_basis": DemandsRestOnIt,
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@transaction.atomic
def save_catalogued(*, item: Catalogued, changed: Sequence[str], by: User, rows: Rows | None = None) -> None:
    """Store what rulings speak of, with what it is sorted and found by.

    `changed` names the fields the editor touched; the entry keeps their new values. A provision takes its
    instrument's level, so that no one lifts a local rule to a law by hand. `rows` are the whole lists that
    take the place of what belongs to the item, such as the steps of an activity: the entry keeps them too.
    Where an instrument ends, the articles that would outlast it end with it, and the entry names them.
    Raises ArticleOutsideInstrument, DeciderOverlaps, ApprovalMovedApart and DemandsRestOnIt.
    """
    created = item._state.adding
    said: dict[str, Any] = {}
    if isinstance(item, Approval):
        index_approval(item)
    elif isinstance(item, Activity | Service):
        item.pinyin, item.initials = text.pinyin(item.name), text.initials(item.name)
    elif isinstance(item, Instrument):
        index_instrument(item)
        if not created and "in_force" in changed:
            said["articles_ended"] = [article.urn for article in outlasting(item)]
    elif isinstance(item, Provision):
        item.level = item.instrument.level
    _save(item)
    kind = f"registry.{item._meta.model_name}_{'created' if created else 'changed'}"
    values = {name: str(value) for name, value in model_to_dict(item, fields=changed).items()}
    body: dict[str, Any] = {"changed": values, **said}
    for name, those in (rows or {}).items():
        body[name] = _replace(item, name, those)
    record(kind=kind, subject=item, actor=by, body=body)


def _replace(item: Any, name: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Put the rows in the place of those there are; returns them in words for the ledger."""
    related = getattr(item, name)
    related.all().delete()
    field = related.field.name
    related.model.objects.bulk_create(related.model(**{field: item}, **row) for row in rows)
    return [
        {key: "" if value is None else str(getattr(value, "urn", value)) for key, value in row.items()}
        for row in rows
    ]


def _save(item: Catalogued) -> None:
    """What only the database can hold is told in words."""
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as refusal:
        for promise, refused in PROMISES.items():
            if promise in str(refusal):
                raise refused from refusal
        raise
