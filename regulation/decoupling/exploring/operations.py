"""Looks through the explorer, put on record."""

from typing import Any

from django.db import transaction

from regulation.ledger.models import Entry
from regulation.ledger.operations import Recorded, record
from regulation.parties.models import User


@transaction.atomic
def note_explored(*, centre: Recorded, what: str, asked: dict[str, Any], people: int, by: User) -> Entry:
    """Put on record that a regulator looked around a party: an entry of the regulator, as downloads are.

    The record of a firm is open to its own agents, and they are not told that somebody looks into it.
    `what` is "page", "drawing" or "evidence", `asked` the question in JSON values, `people` how many people
    were shown: no personal data itself.
    """
    body = {"centre": centre.urn, "what": what, "people": people, **asked}
    return record(kind="decoupling.explored", subject=by, actor=by, body=body, noticeable=False)
