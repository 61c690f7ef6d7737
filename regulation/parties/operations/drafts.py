"""A declaration as it is being written: saved with every row."""

import secrets
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from ..errors import RowGone, TooManyRows
from ..models import DeclarationDraft, Entity, User
from ..queries import stated_by, stated_of
from ..rows import AGREED, MOST_ROWS, PEOPLES


def _locked(entity: Entity) -> DeclarationDraft:
    DeclarationDraft.objects.get_or_create(entity=entity)
    return DeclarationDraft.objects.select_for_update().get(entity=entity)


def _save(draft: DeclarationDraft, by: User) -> DeclarationDraft:
    draft.by = by
    draft.saved_at = Now()
    draft.save()
    return draft


@transaction.atomic
def keep_row(*, entity: Entity, row: dict[str, Any], by: User) -> str:
    """Put a row into the entity's draft, or in the place of the one with its key; returns the key.

    Raises TooManyRows, and RowGone where the row it should replace is no longer there.
    """
    draft = _locked(entity)
    if row.get("key"):
        if draft.row(row["key"]) is None:
            raise RowGone
        draft.rows = [row if old["key"] == row["key"] else old for old in draft.rows]
    elif len(draft.rows) >= MOST_ROWS:
        raise TooManyRows
    else:
        row = row | {"key": secrets.token_hex(6)}
        draft.rows = [*draft.rows, row]
    _save(draft, by)
    return str(row["key"])


@transaction.atomic
def drop_row(*, entity: Entity, key: str, by: User) -> None:
    """Take a row, and the rows about the same person's posts and kin, out of the draft."""
    draft = _locked(entity)
    gone = draft.row(key)
    if gone is None:
        return
    left = [row for row in draft.rows if row["key"] != key]
    if gone["sort"] in PEOPLES:
        left = [row for row in left if row.get("who") != f"r:{key}"]
    draft.rows = left
    _save(draft, by)


@transaction.atomic
def agree_row(*, entity: Entity, interest: int, by: User) -> None:
    """Declare too what another source states of the entity. Raises RowGone where it states it no longer."""
    if not stated_of(entity).filter(pk=interest).exists():
        raise RowGone
    draft = _locked(entity)
    if all(row.get("interest") != interest for row in draft.rows):
        draft.rows = [
            *draft.rows,
            {"key": secrets.token_hex(6), "sort": AGREED, "kind": "", "interest": interest},
        ]
        _save(draft, by)


@transaction.atomic
def mark_end(*, entity: Entity, interest: int, end: str | None, by: User) -> None:
    """Note in the draft on which day (exclusive, ISO) a declared interest ended; None: it has not after all.

    Raises RowGone where the entity does not state it.
    """
    if not stated_by(entity).filter(pk=interest).exists():
        raise RowGone
    draft = _locked(entity)
    ends = {key: day for key, day in draft.ends.items() if key != str(interest)}
    draft.ends = ends | ({str(interest): end} if end else {})
    _save(draft, by)


@transaction.atomic
def drop_draft(*, entity: Entity) -> None:
    """Throw the whole draft away."""
    DeclarationDraft.objects.filter(entity=entity).delete()
