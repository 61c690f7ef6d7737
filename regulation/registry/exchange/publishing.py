"""Publishing the drafts of an import together: each in a transaction of its own, with an entry of its own."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from regulation.parties.models import User

from ..errors import RegistryRefused
from ..models import ImportedRow
from ..operations import publish_ruling, replace_ruling
from ..queries import in_the_way_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row whose draft was not published, and why, in the reader's language."""

    row: int
    why: str


def publish_drafts(
    *, rows: Iterable[ImportedRow], by: User, at: Callable[[], dt.datetime]
) -> tuple[int, list[Refusal]]:
    """Publish the drafts of these rows, in the place of what holds now where something does.

    Returns how many are public and which were refused; one refusal holds up no other row.
    """
    published, refused = 0, []
    for row in rows:
        draft = row.ruling
        if draft is None:
            continue
        try:
            if in_the_way_of(draft).exists():
                replace_ruling(draft=draft, by=by, at=at())
            else:
                publish_ruling(ruling=draft, by=by, at=at())
            published += 1
        except RegistryRefused as why:
            refused.append(Refusal(row.row, str(why)))
    return published, refused
