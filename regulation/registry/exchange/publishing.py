"""Reviewing and publishing the drafts of an import together: each in a transaction of its own."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from regulation.parties.models import User

from ..errors import RegistryRefused
from ..models import ImportedRow
from ..operations import pass_and_publish


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row whose draft was not published, and why, in the reader's language."""

    row: int
    why: str


def publish_drafts(
    *, rows: Iterable[ImportedRow], by: User, at: Callable[[], dt.datetime]
) -> tuple[int, list[Refusal]]:
    """Pass the drafts of these rows in legal review and publish them, in the place of what holds now.

    Both acts of each are on the ledger. Returns how many are public and which were refused; one refusal
    holds up no other row.
    """
    published, refused = 0, []
    for row in rows:
        draft = row.ruling
        if draft is None:
            continue
        try:
            pass_and_publish(ruling=draft, by=by, at=at())
            published += 1
        except RegistryRefused as why:
            refused.append(Refusal(row.row, str(why)))
    return published, refused
