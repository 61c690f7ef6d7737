"""Imports of interests: read in, checked, confirmed, written, given up.

Everything of an import is written in one transaction or not at all: a graph half of which is of yesterday
would let a conflicted pair through. A million statements fit, because they wait in a staging table and are
judged and written by the set. One entry holds the digests of the file and of the changes.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from functools import partial
from typing import IO, Any

from celery import current_app
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction

from regulation.ledger.operations import record

from ..models import InterestImport, InterestImportState, User
from . import progress
from .errors import InterestFileRefused, NotCancellable, NotConfirmable, NotTheImporter, Unkeyed
from .faults import NUMBER
from .files import opened
from .judging import judge
from .staging import Found, keep_faults, stage
from .statements import Reader
from .vocabulary import site_code
from .writing import write_judged

JOB_LOCK = 0x1249  # with the import's key: one worker at a time has it
WRITING_LOCK = 0x124A  # imports that write take turns
CHUNK = 1 << 20
State = InterestImportState


class _Differs(Exception):
    """What would be written is no longer what was confirmed."""


def _site() -> str:
    return site_code(settings.SITE_URL)


def file_digest(stream: IO[bytes]) -> tuple[str, int]:
    """Keyed HMAC-SHA-256 of a file, and its size. Keyed, because a number in it could else be guessed."""
    digest, size = hmac.new(settings.IDENTITY_HMAC_KEY.encode(), b"file:", hashlib.sha256), 0
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return digest.hexdigest(), size


@transaction.atomic
def upload_interests(
    *,
    name: str,
    stream: IO[bytes],
    by: User | None,
    at: dt.datetime,
    most: int | None = None,
    told: Callable[[int], None] | None = None,
    later: bool = True,
) -> InterestImport:
    """Read a file into the staging table, identity numbers hashed, and queue its check (`later`).

    The file itself is not kept. `most` is how many bytes it may unpack to. A file that cannot be read is kept
    as refused, with the reason. Raises Unkeyed.
    """
    if not settings.IDENTITY_HMAC_KEY:
        raise Unkeyed
    digest, size = file_digest(stream)
    job = InterestImport.objects.create(name=_named(name), size=size, file_digest=digest, by=by)
    try:
        with transaction.atomic():
            _read_in(job, stream, most, told or partial(progress.tell, job.pk))
    except InterestFileRefused as refused:
        told_why = {"code": refused.code, "params": refused.params}
        _settle(job, state=State.REFUSED, refusal=told_why, settled_at=at)
    body = {"file": digest, "size": size, "state": str(job.state)}
    record(kind="parties.import_uploaded", subject=job, actor=by, body=body, noticeable=False)
    if later and job.state == State.WAITING:
        transaction.on_commit(partial(queue, job.pk), robust=True)
    return job


def _named(name: str) -> str:
    return NUMBER.sub("…", "".join(c for c in name if c.isprintable()))[-200:] or "-"


def _read_in(job: InterestImport, stream: IO[bytes], most: int | None, told: Callable[[int], None]) -> None:
    reader = Reader(key=settings.IDENTITY_HMAC_KEY.encode(), site=_site())
    job.form, reads = opened(stream, most=most, reader=reader)
    found: Found = stage(job=job, reads=reads, reader=reader, progress=told)
    if not found.statements:
        raise InterestFileRefused("no_statements")
    keep_faults(job, found.kept, judged=False)
    job.statements, job.read_counts = found.statements, dict(found.counts)
    job.save(update_fields=["form", "statements", "read_counts"])


def queue(pk: int) -> None:
    """Send an import to a worker. A broker that is away loses nothing: beat sends it again."""
    current_app.send_task("parties.run_import", [pk], retry=False)


@transaction.atomic
def run_import(*, pk: int, at: dt.datetime) -> str:
    """Check an import or write a confirmed one; returns its state afterwards, or `busy`.

    Safe to call twice: a second worker finds the first one's lock, and then a state that asks for nothing. A
    worker that is killed leaves the import as it was.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [JOB_LOCK, pk % 2**31])
        if not cursor.fetchone()[0]:
            return "busy"
    job = InterestImport.objects.filter(pk=pk).first()
    if job is not None and job.state == State.WAITING:
        _check(job, at=at)
    elif job is not None and job.state == State.CONFIRMED:
        _write(job, at=at)
    return InterestImport.objects.values_list("state", flat=True).filter(pk=pk).first() or "gone"


def _check(job: InterestImport, *, at: dt.datetime) -> None:
    """Put down what a check found in the place of what an earlier one did."""
    judged, faults = judge(job=job, site=_site(), today=at.date())
    job.faults.filter(judged=True).delete()
    read = {severity: job.read_counts.get(severity, 0) for severity in ("error", "warning", "left_out")}
    keep_faults(job, faults, judged=True)
    counts = {
        "parties_new": judged.parties_new,
        "parties_changed": judged.parties_changed,
        "stated": judged.stated,
        "closed": judged.closed,
        "unchanged": judged.unchanged,
        "faults_found": read["error"] + judged.errors,
        "warnings_found": read["warning"] + judged.warnings,
        "left_out": read["left_out"] + judged.left_out,
    }
    _settle(job, state=State.CHECKED, changes_digest=judged.digest, **counts)


def _settle(job: InterestImport, **values: Any) -> bool:
    """Change an import that is still in the state it was read in."""
    done = InterestImport.objects.filter(pk=job.pk, state=job.state).update(**values)
    for name, value in values.items():
        setattr(job, name, value)
    return bool(done)


@transaction.atomic
def confirm_import(*, job: InterestImport, by: User | None) -> InterestImport:
    """Whoever brought a file has exactly what its check told written. Raises NotConfirmable and
    NotTheImporter."""
    locked = InterestImport.objects.select_for_update(no_key=True).get(pk=job.pk)
    if locked.by_id != (by.pk if by else None):
        raise NotTheImporter
    if locked.state != State.CHECKED or locked.faults_found or not locked.writes_something:
        raise NotConfirmable
    locked.state = State.CONFIRMED
    locked.save(update_fields=["state"])
    body = {"file": locked.file_digest, "changes": locked.changes_digest}
    record(kind="parties.import_confirmed", subject=locked, actor=by, body=body, noticeable=False)
    transaction.on_commit(partial(queue, locked.pk), robust=True)
    return locked


@transaction.atomic
def cancel_import(*, job: InterestImport, by: User | None, at: dt.datetime) -> InterestImport:
    """Give an import up before it is written; what was read is forgotten. Raises NotCancellable."""
    found = InterestImport.objects.filter(pk=job.pk, state__in=[State.WAITING, State.CHECKED])
    if not found.update(state=State.CANCELLED, settled_at=at):
        raise NotCancellable
    job.staged.all()._raw_delete(using=connection.alias)
    record(kind="parties.import_cancelled", subject=job, actor=by, body={}, noticeable=False)
    return job


def _write(job: InterestImport, *, at: dt.datetime) -> None:
    """Write a confirmed import whole, or nothing of it: then it is checked anew and waits to be confirmed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING_LOCK])
    try:
        with transaction.atomic():
            judged, _faults = judge(job=job, site=_site(), today=at.date())
            if judged.errors or judged.digest != job.changes_digest:
                raise _Differs
            write_judged(job=job, at=at)
            body = {
                "file": job.file_digest,
                "changes": judged.digest,
                "statements": job.statements,
                "parties_new": judged.parties_new,
                "parties_changed": judged.parties_changed,
                "stated": judged.stated,
                "closed": judged.closed,
            }
            record(kind="parties.import_written", subject=job, actor=job.by, body=body)
            job.staged.all()._raw_delete(using=connection.alias)
            _settle(job, state=State.WRITTEN, settled_at=at)
    except (_Differs, IntegrityError, DataError):
        _settle(job, state=State.WAITING)
        _check(job, at=at)


@transaction.atomic
def forget_staged(*, before: dt.datetime) -> int:
    """Give up imports left unconfirmed since before a moment and forget what was read; returns how many."""
    left = list(
        InterestImport.objects.select_for_update()
        .filter(state=State.CHECKED, created_at__lt=before)
        .order_by("pk")
    )
    for job in left:
        cancel_import(job=job, by=None, at=before)
    return len(left)


@transaction.atomic
def download_interests(*, by: User, form: str) -> None:
    """Put down that a regulator takes everything on record, people with it."""
    body = {"what": "every standing interest, people with it", "format": form}
    record(kind="parties.interests_downloaded", subject=by, actor=by, body=body, noticeable=False)
