"""Looks at personal data, put on record."""

from django.db import transaction

from regulation.ledger.models import Entry
from regulation.ledger.operations import Recorded, record

from ..models import User
from ..queries import LOOKED


@transaction.atomic
def note_look(*, subject: Recorded, what: str, by: User, detail: str = "") -> Entry:
    """Put on record that somebody in office looked at personal data: of what, and which part.

    `what` is a word of the room that shows it, `detail` a key within the subject; no personal data itself.
    """
    body = {"what": what, "detail": detail}
    return record(kind=LOOKED, subject=subject, actor=by, body=body, noticeable=False)
