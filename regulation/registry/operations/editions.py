"""Lists as numbered, dated editions: compiled, published, given up. Nothing is written twice."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from regulation.ledger.operations import record
from regulation.parties.models import Entity, Region, User

from ..errors import (
    DayBeforeLastEdition,
    DayToCome,
    DepartmentMissing,
    NotADraftEdition,
    NothingChanged,
    NothingListed,
    NotTheCompiler,
    SameCompiler,
)
from ..listing import Listed, canonical
from ..models import Edition, EditionRow, ListKind, PublicList
from ..queries import EDITION_PUBLISHED, delta, last_edition, left_out, listed

BATCH = 1000


@transaction.atomic
def compile_edition(
    *, kind: ListKind, region: Region, department: Entity | None, as_of: dt.date, by: User, at: dt.datetime
) -> Edition:
    """Take down a list as the registry stands on a day, for a second person to publish.

    Raises DepartmentMissing, DayToCome, DayBeforeLastEdition and NothingListed.
    """
    if (kind == ListKind.POWERS) != (department is not None):
        raise DepartmentMissing
    if as_of > localdate(at):
        raise DayToCome
    of, _made = PublicList.objects.get_or_create(kind=kind, region=region, department=department)
    last = last_edition(of)
    if last is not None and as_of < last.as_of:
        raise DayBeforeLastEdition(last)
    edition = Edition.objects.create(
        of_list=of, as_of=as_of, compiled_by=by, compiled_at=at, left_out=left_out(of, on=as_of)
    )
    edition.row_count, edition.digest = _write(edition, listed(of, on=as_of))
    if not edition.row_count and last is None:
        raise NothingListed
    edition.save(update_fields=["row_count", "digest"])
    record(kind="registry.edition_compiled", subject=edition, actor=by, body=_body(edition))
    return edition


@transaction.atomic
def publish_edition(*, edition: Edition, by: User, at: dt.datetime) -> Edition:
    """The second person gives an edition the next number of its list. Publications of one list take turns.

    Raises NotADraftEdition, SameCompiler, NothingChanged and DayBeforeLastEdition.
    """
    of = PublicList.objects.select_for_update(no_key=True).get(pk=edition.of_list_id)
    draft = _locked_draft(edition)
    if draft.compiled_by_id == by.pk:
        raise SameCompiler
    last = last_edition(of)
    if last is not None:
        if draft.digest == last.digest:
            raise NothingChanged(last.number or 0)
        if draft.as_of < last.as_of:
            raise DayBeforeLastEdition(last)
        counts = delta(last, draft).counts()
        draft.added, draft.removed, draft.changed = counts["added"], counts["removed"], counts["changed"]
    draft.number = (last.number or 0) + 1 if last is not None else 1
    draft.published_by, draft.published_at = by, at
    draft.save(update_fields=["number", "published_by", "published_at", "added", "removed", "changed"])
    record(kind=EDITION_PUBLISHED, subject=draft, actor=by, body=_body(draft))
    return draft


@transaction.atomic
def withdraw_edition(*, edition: Edition, by: User, at: dt.datetime) -> Edition:
    """Whoever compiled a draft gives it up; it stays on record. Raises NotADraftEdition, NotTheCompiler."""
    draft = _locked_draft(edition)
    if draft.compiled_by_id != by.pk:
        raise NotTheCompiler
    draft.withdrawn_at = at
    draft.save(update_fields=["withdrawn_at"])
    record(kind="registry.edition_withdrawn", subject=draft, actor=by, body={})
    return draft


def _locked_draft(edition: Edition) -> Edition:
    draft = (
        Edition.objects.select_for_update(of=("self",), no_key=True)
        .select_related("of_list")
        .get(pk=edition.pk)
    )
    if draft.published_at is not None or draft.withdrawn_at is not None:
        raise NotADraftEdition
    return draft


def _write(edition: Edition, rows: Iterable[Listed]) -> tuple[int, str]:
    """Store the rows a batch at a time; how many there are, and the SHA-256 over them."""
    digest, position, left = hashlib.sha256(), 0, iter(rows)
    while batch := list(islice(left, BATCH)):
        made = []
        for row in batch:
            position += 1
            digest.update(canonical(row.key, row.body))
            made.append(_row(edition, position, row))
        EditionRow.objects.bulk_create(made)
    return position, digest.hexdigest()


def _row(edition: Edition, position: int, row: Listed) -> EditionRow:
    return EditionRow(
        edition=edition,
        position=position,
        key=row.key,
        level=row.level,
        body=dict(row.body),
        words=row.words,
        ruling_id=row.ruling,
        approval_id=row.approval,
        service_id=row.service,
        matter_id=row.matter,
    )


def _body(edition: Edition) -> dict[str, Any]:
    """What the ledger keeps of an edition: enough to tell whether its rows are still the same."""
    of = edition.of_list
    return {
        "kind": str(of.kind),
        "region": of.region_id,
        "department": of.department_id,
        "number": edition.number,
        "as_of": edition.as_of.isoformat(),
        "rows": edition.row_count,
        "sha256": edition.digest,
        "left_out": [entry["ruling"] for entry in edition.left_out],
        "added": edition.added,
        "removed": edition.removed,
        "changed": edition.changed,
    }
