"""Sealed files: taken chunk by chunk before the bid, bound to it when it comes, opened with it."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Sum

from regulation.parties.models import Entity, User

from .. import errors
from ..models import Bid, SealedFile, SealedPart, Tender
from ..queries import seed_of
from ..sealing import Attached, Unreadable, context_of
from ..sealing.attachments import CLASSES, SEALED_CHUNK, digest_of, open_chunks
from ..sealing.bid import ATTACHED_LIMIT

FORGOTTEN_AFTER = dt.timedelta(days=1)
MOST_CHUNKS = 400  # of one bidder in one tender, sent or being sent
_REF = re.compile("[0-9a-f]{32}")


@transaction.atomic
def keep_part(
    *,
    tender: Tender,
    tenderer: Entity,
    ref: str,
    chunks: int,
    number: int,
    content: bytes,
    by: User,
    at: dt.datetime,
) -> SealedPart:
    """Keep one sealed chunk of a file that goes with a bid to come; the same again changes nothing.

    It writes no entry: nothing is acknowledged but the bid. Raises TenderClosed, WrongPart, TooMuch.
    """
    if not tender.accepts_bids_at(at):
        raise errors.TenderClosed(tender.closes_at, at)
    if not _REF.fullmatch(ref) or chunks not in CLASSES or not 0 <= number < chunks:
        raise errors.WrongPart
    if len(content) != SEALED_CHUNK:
        raise errors.WrongPart
    file = SealedFile.objects.filter(ref=ref).first() or _begun(tender, tenderer, ref, chunks, by)
    if (file.tender_id, file.tenderer_id, file.chunks) != (tender.pk, tenderer.pk, chunks):
        raise errors.WrongPart
    digest = hashlib.sha256(content).digest()
    if there := file.parts.filter(number=number).defer("content").first():
        if bytes(there.digest) != digest:
            raise errors.WrongPart
        return there
    try:
        with transaction.atomic():
            return SealedPart.objects.create(file=file, number=number, content=content, digest=digest)
    except IntegrityError as refusal:
        raise errors.WrongPart from refusal


def _begun(tender: Tender, tenderer: Entity, ref: str, chunks: int, by: User) -> SealedFile:
    loose = SealedFile.objects.filter(tender=tender, tenderer=tenderer, bid__isnull=True)
    held = loose.aggregate(chunks=Sum("chunks"))["chunks"] or 0
    if held + chunks > MOST_CHUNKS:
        raise errors.TooMuch
    try:
        with transaction.atomic():
            return SealedFile.objects.create(
                ref=ref, tender=tender, tenderer=tenderer, chunks=chunks, started_by=by
            )
    except IntegrityError:  # another part of it was first
        return SealedFile.objects.get(ref=ref)


def bind_files(bid: Bid, refs: Sequence[str]) -> None:
    """Bind the files a bidder sent to its bid, in the caller's transaction. Raises WrongEnvelope."""
    wanted = set(refs)
    if len(wanted) > ATTACHED_LIMIT or not all(_REF.fullmatch(ref) for ref in wanted):
        raise errors.WrongEnvelope("files")
    found = SealedFile.objects.select_for_update().filter(
        ref__in=wanted, tender=bid.tender_id, tenderer=bid.tenderer_id, bid__isnull=True
    )
    files = list(found)
    if len(files) != len(wanted) or any(file.parts.count() != file.chunks for file in files):
        raise errors.WrongEnvelope("files")
    SealedFile.objects.filter(pk__in=[file.pk for file in files]).update(bid=bid)


def name_files(bid: Bid, listed: Sequence[Attached]) -> None:
    """At the opening: name the files the bid lists, and say of each whether it is the one that was sent.

    A file the bid does not list, or lists with another digest, does not open; the bid stands nevertheless.
    """
    by_ref = {file.id: file for file in listed}
    for file in bid.sealed_files.all():
        said = by_ref.get(file.ref)
        digests = file.parts.order_by("number").values_list("digest", flat=True)
        file.opens = said is not None and digest_of(map(bytes, digests)) == said.sha256
        if said is not None:
            file.name, file.size = said.name, said.size
        file.save(update_fields=["opens", "name", "size"])


def content_of(file: SealedFile) -> Iterator[bytes]:
    """An opened file, piece by piece; not one chunk is written anywhere. Raises Unreadable."""
    bid = file.bid
    if bid is None or not file.opens:
        raise Unreadable
    seed = seed_of(bid)
    numbers = range(file.chunks)
    parts = (bytes(file.parts.values_list("content", flat=True).get(number=n)) for n in numbers)
    context = context_of(tender=bid.tender.urn, tenderer=bid.tenderer.urn)
    return open_chunks(parts, file.chunks, seed=seed, context=context, file=file.ref)


@transaction.atomic
def forget_files(*, at: dt.datetime) -> int:
    """Remove files that were begun a day ago and sent with no bid; returns how many."""
    loose = SealedFile.objects.filter(bid__isnull=True, started_at__lt=at - FORGOTTEN_AFTER)
    keys = list(loose.select_for_update(skip_locked=True).values_list("pk", flat=True)[:100])
    SealedPart.objects.filter(file__in=keys)._raw_delete("default")
    return SealedFile.objects.filter(pk__in=keys).delete()[0]
