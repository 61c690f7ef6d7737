"""Documents of a draft: handed in, named, put in order, replaced, removed. What an amendment does to them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties import uploads
from regulation.parties.models import User
from regulation.parties.uploads import Kept

from .. import life
from ..errors import (
    AlreadyPublished,
    DocumentRefused,
    DocumentThere,
    NoDocument,
    NoWords,
    StandsInReview,
    TooManyDocuments,
)
from ..models import DOCUMENT_LIMIT, Tender, TenderDocument, document_line
from .acting import locked_tender

MOST_DOCUMENTS = 20  # that hold at once
MOST_AT_ONCE = 10


def documents_looked_at(files: "Sequence[UploadedFile[Any]]") -> list[Kept]:
    """What may be kept of an upload. Slow: to be called outside a lock. Raises DocumentRefused."""
    try:
        return uploads.looked_at(files, limit=DOCUMENT_LIMIT, most=MOST_AT_ONCE)
    except uploads.UploadRefused as refused:
        raise DocumentRefused(refused.name, refused.why) from refused


def _draft(tender: Tender, at: dt.datetime) -> Tender:
    """The draft, locked. Raises AlreadyPublished, and StandsInReview while a reviewer has it."""
    locked = locked_tender(tender)
    if locked.published_at:
        raise AlreadyPublished
    if locked.state_at(at) not in (life.State.DRAFT, life.State.RETURNED):
        raise StandsInReview
    return locked


def _in_draft(document: TenderDocument, at: dt.datetime) -> TenderDocument:
    """A document of a draft, with the draft locked. Raises as `_draft`, and NoDocument once it is gone."""
    locked = _draft(document.tender, at)
    held = locked.documents.filter(pk=document.pk).first()
    if held is None:
        raise NoDocument
    held.tender = locked
    return held


def keep_documents(
    tender: Tender, kept: Sequence[Kept], *, by: User, at: dt.datetime, added_in: int = 0
) -> list[TenderDocument]:
    """Put looked-at files behind those there are, in the caller's transaction, with the tender locked.

    What is there already stays as it is. Raises TooManyDocuments.
    """
    standing = list(tender.documents.standing())
    there = {document.digest for document in standing}
    new = [one for one in kept if one.digest not in there]
    if len(standing) + len(new) > MOST_DOCUMENTS:
        raise TooManyDocuments(MOST_DOCUMENTS)
    last = max((document.position for document in standing), default=0)
    fields = {"added_by": by, "added_at": at, "added_in": added_in}
    return [
        keep_document(tender, one, position=last + n, title=_title(one), **fields)
        for n, one in enumerate(new, start=1)
    ]


def _title(kept: Kept) -> str:
    return kept.name.rsplit(".", 1)[0]


def keep_document(tender: Tender, kept: Kept, **fields: Any) -> TenderDocument:
    made = TenderDocument(
        tender=tender,
        name=kept.name,
        kind=kept.kind,
        size=kept.size,
        digest=kept.digest,
        scan=kept.scan,
        **fields,
    )
    made.file.save(kept.name, kept.file, save=False)
    made.save(force_insert=True)
    return made


def _told(document: TenderDocument) -> dict[str, Any]:
    return {"title": document.title, "name": document.name, "sha256": document.digest, "size": document.size}


def told_documents(tender: Tender) -> list[dict[str, Any]]:
    """What the record keeps of the documents that hold."""
    return [_told(document) for document in tender.documents.standing()]


def add_documents(
    *, tender: Tender, files: "Sequence[UploadedFile[Any]]", by: User, at: dt.datetime
) -> list[TenderDocument]:
    """Hand files in with a draft; one that is there already is left out.

    Raises AlreadyPublished, StandsInReview, NoDocument, DocumentRefused, TooManyDocuments and, where all are
    there already, DocumentThere.
    """
    if not files:
        raise NoDocument
    kept = documents_looked_at(files)
    with transaction.atomic():
        locked = _draft(tender, at)
        made = keep_documents(locked, kept, by=by, at=at)
        if not made:
            raise DocumentThere
        body = {"documents": [_told(one) for one in made]}
        record(kind="tenders.documents_added", subject=locked, actor=by, body=body, noticeable=False)
    return made


@transaction.atomic
def rename_document(*, document: TenderDocument, title: str, by: User, at: dt.datetime) -> TenderDocument:
    """Give it another title. Raises as `add_documents` of its draft, and NoWords."""
    held = _in_draft(document, at)
    said = " ".join(title.replace("\0", "").split())[:200]
    if not said:
        raise NoWords
    if said != held.title:
        before, held.title = held.title, said
        held.save(update_fields=["title"])
        body = {"before": before, **_told(held)}
        record(kind="tenders.document_renamed", subject=held.tender, actor=by, body=body, noticeable=False)
    return held


@transaction.atomic
def move_document(*, document: TenderDocument, up: bool, by: User, at: dt.datetime) -> None:
    """Change places with the one above or below; at the end of the list nothing changes."""
    held = _in_draft(document, at)
    order = list(held.tender.documents.standing())
    place = order.index(held)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, one in enumerate(order, start=1):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])
    body = {"titles": [one.title for one in order]}
    record(kind="tenders.documents_ordered", subject=held.tender, actor=by, body=body, noticeable=False)


def replace_document(
    *, document: TenderDocument, file: "UploadedFile[Any]", by: User, at: dt.datetime
) -> TenderDocument:
    """Another file in its place, under its title. Raises as `add_documents`, and DocumentThere."""
    [kept] = documents_looked_at([file])
    with transaction.atomic():
        held = _in_draft(document, at)
        if held.tender.documents.standing().filter(digest=kept.digest).exists():
            raise DocumentThere
        _forget(held)
        fields = {"position": held.position, "title": held.title, "added_by": by, "added_at": at}
        made = keep_document(held.tender, kept, **fields)
        body = {"before": held.digest, **_told(made)}
        record(kind="tenders.document_replaced", subject=held.tender, actor=by, body=body, noticeable=False)
    return made


@transaction.atomic
def remove_document(*, document: TenderDocument, by: User, at: dt.datetime) -> None:
    """Take it out of a draft. Raises as `add_documents` of its draft."""
    held = _in_draft(document, at)
    told = _told(held)
    _forget(held)
    record(kind="tenders.document_removed", subject=held.tender, actor=by, body=told, noticeable=False)


def _forget(document: TenderDocument) -> None:
    """Remove the row, and once that is certain the file, unless a copied tender shares it."""
    name = document.file.name or ""
    shared = TenderDocument.objects.filter(file=name).exclude(pk=document.pk).exists()
    TenderDocument.objects.filter(pk=document.pk).delete()
    if not shared:
        transaction.on_commit(partial(document.file.storage.delete, name))


def copy_documents(source: Tender, target: Tender, *, by: User, at: dt.datetime) -> None:
    """The documents that hold, in a copy of their tender, in the caller's transaction; the files are shared.

    The source is locked, so that no file goes while a copy begins to need it.
    """
    for document in locked_tender(source).documents.standing():
        made = TenderDocument(tender=target, added_by=by, added_at=at)
        for name in ("position", "title", "name", "kind", "size", "digest", "scan"):
            setattr(made, name, getattr(document, name))
        made.file.name = document.file.name
        made.save(force_insert=True)


@dataclass(frozen=True, slots=True)
class Changed:
    """What an amendment does to documents: looked-at files it adds, keys of those that hold no more."""

    kept: Sequence[Kept] = ()
    dropped: Sequence[int] = ()

    def lines(self, tender: Tender) -> tuple[str, str]:
        """The documents before and after, one a line."""
        there = list(tender.documents.standing())
        left = [one for one in there if one.pk not in self.dropped]
        digests = {one.digest for one in left}
        new = [one for one in self.kept if one.digest not in digests]
        after = [one.line for one in left] + [document_line(_title(k), k.name, k.digest) for k in new]
        return "\n".join(one.line for one in there), "\n".join(after)

    def apply(self, tender: Tender, *, number: int, by: User, at: dt.datetime) -> None:
        """With amendment `number` on record already; the tender locked. Raises TooManyDocuments."""
        tender.documents.standing().filter(pk__in=self.dropped).update(removed_in=number)
        keep_documents(tender, self.kept, by=by, at=at, added_in=number)
