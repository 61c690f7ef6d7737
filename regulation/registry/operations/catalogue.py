"""What rulings speak of: approvals, services, laws, the working calendar."""

from collections.abc import Sequence

from django.db import transaction
from django.forms.models import model_to_dict

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import text
from ..models import Approval, CalendarDay, Instrument, Provision, Service
from ..seed.tables import index_approval


@transaction.atomic
def save_catalogued(
    *, item: Approval | CalendarDay | Service | Instrument | Provision, changed: Sequence[str], by: User
) -> None:
    """Store an approval, service, instrument or provision with what it is sorted and found by.

    `changed` names the fields the editor touched; the entry keeps their new values. A provision takes its
    instrument's level, so that no one lifts a local rule to a law by hand.
    """
    created = item._state.adding
    if isinstance(item, Approval):
        index_approval(item)
    elif isinstance(item, Service):
        item.pinyin, item.initials = text.pinyin(item.name), text.initials(item.name)
    elif isinstance(item, Provision):
        item.level = item.instrument.level
    item.save()
    kind = f"registry.{item._meta.model_name}_{'created' if created else 'changed'}"
    values = {name: str(value) for name, value in model_to_dict(item, fields=changed).items()}
    record(kind=kind, subject=item, actor=by, body={"changed": values})
