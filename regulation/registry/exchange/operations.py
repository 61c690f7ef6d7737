"""Imports: uploaded, checked, confirmed, written, given up. One verb, one transaction, one ledger entry."""

import datetime as dt
import hashlib
from functools import partial
from typing import Any

import psycopg
from celery import current_app
from django.db import DataError, IntegrityError, connection, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User
from regulation.tables.errors import FileRefused
from regulation.tables.reading import MAX_BYTES

from ..models import Import, ImportedRow, ImportFault, ImportState
from . import progress
from .checking import Check, Report
from .errors import NotCancellable, NotConfirmable, NotTheImporter
from .faults import Fault
from .kinds.rows import Written

JOB_LOCK = 0x1247  # with the import's key: one worker at a time has it
WRITING_LOCK = 0x1248  # imports that write take turns
BATCH = 1000


class _Stopped(Exception):
    """The import was given up while it was being checked."""


class _Differs(Exception):
    """What would be written is no longer what was confirmed."""


@transaction.atomic
def upload_import(*, kind: str, name: str, content: bytes, by: User) -> Import:
    """Keep a file and queue its check. Raises FileRefused where it is empty or too big."""
    if not content:
        raise FileRefused("empty")
    if len(content) > MAX_BYTES:
        raise FileRefused("too_big", most=MAX_BYTES // 1024 // 1024)
    digest = hashlib.sha256(content).hexdigest()
    made = Import.objects.create(
        kind=kind, name=name[-200:], content=content, size=len(content), sha256=digest, by=by
    )
    body = {"kind": kind, "sha256": digest, "size": len(content)}
    record(kind="registry.import_uploaded", subject=made, actor=by, body=body, noticeable=False)
    transaction.on_commit(partial(queue, made.pk), robust=True)
    return made


def queue(pk: int) -> None:
    """Send an import to a worker. A broker that is away loses nothing: beat sends it again."""
    current_app.send_task("registry.run_import", [pk], retry=False)


@transaction.atomic
def run_import(*, pk: int, at: dt.datetime) -> str:
    """Check an uploaded import or write a confirmed one; returns its state afterwards, or `busy`.

    Safe to call twice: a second worker finds the first one's lock, which ends with its connection, and then
    a state that asks for nothing. A worker that is killed leaves the import as it was.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [JOB_LOCK, pk % 2**31])
        if not cursor.fetchone()[0]:
            return "busy"
    job = Import.objects.defer("content").filter(pk=pk).first()
    if job is not None and job.state == ImportState.WAITING:
        _check(job, at=at)
    elif job is not None and job.state == ImportState.CONFIRMED:
        _write(job, at=at)
    return Import.objects.values_list("state", flat=True).filter(pk=pk).first() or "gone"


def _check(job: Import, *, at: dt.datetime) -> None:
    check = Check(job.kind, _content_of(job), progress=partial(_told, job))
    try:
        for _chunk in check.outcomes():
            pass
        if not check.report.rows:
            raise FileRefused("no_rows")
    except FileRefused as refused:
        _refuse(job, refused, at=at)
    except _Stopped:
        pass
    else:
        _report(job, check.report)


def _content_of(job: Import) -> bytes:
    """The file of an import; asked for in binary, since as text it would stand in memory three times."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT content FROM registry_import WHERE id = %s", [job.pk], binary=True)
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] is not None else b""


def _told(job: Import, done: int, total: int) -> None:
    progress.tell(job.pk, done, total)
    if not Import.objects.filter(pk=job.pk, state=job.state).exists():
        raise _Stopped


def _refuse(job: Import, refused: FileRefused, *, at: dt.datetime) -> None:
    told = {"code": refused.code, "params": refused.params}
    _settle(job, state=ImportState.REFUSED, refusal=told, settled_at=at)


def _report(job: Import, report: Report) -> None:
    """Put down what a check found in the place of what an earlier one did."""
    counts = {name: getattr(report, name) for name in ("rows", "new", "changed", "unchanged", "faults_found")}
    kept = {"encoding": report.encoding, "sample": report.sample, "changes_sha256": report.changes_sha256}
    if _settle(job, state=ImportState.CHECKED, **counts, **kept):
        job.faults.all().delete()
        ImportFault.objects.bulk_create([_row(job, fault) for fault in report.faults], batch_size=BATCH)


def _row(job: Import, fault: Fault) -> ImportFault:
    return ImportFault(
        of=job,
        row=fault.row,
        column=fault.column,
        value=fault.value,
        code=fault.code,
        meant=fault.meant,
        params=fault.params,
    )


def _settle(job: Import, **values: Any) -> bool:
    """Change an import that is still in the state it was read in."""
    return bool(Import.objects.filter(pk=job.pk, state=job.state).update(**values))


@transaction.atomic
def confirm_import(*, job: Import, by: User) -> Import:
    """The person who uploaded a file has exactly what the check told written. Raises NotConfirmable and
    NotTheImporter."""
    locked = Import.objects.select_for_update(no_key=True).defer("content").get(pk=job.pk)
    if locked.by_id != by.pk:
        raise NotTheImporter
    if locked.state != ImportState.CHECKED or locked.faults_found or not (locked.new + locked.changed):
        raise NotConfirmable
    locked.state = ImportState.CONFIRMED
    locked.save(update_fields=["state"])
    body = {"sha256": locked.sha256, "changes_sha256": locked.changes_sha256}
    record(kind="registry.import_confirmed", subject=locked, actor=by, body=body, noticeable=False)
    transaction.on_commit(partial(queue, locked.pk), robust=True)
    return locked


@transaction.atomic
def cancel_import(*, job: Import, by: User, at: dt.datetime) -> Import:
    """Give an import up before it is written; the file is forgotten. Raises NotCancellable."""
    open_states = (ImportState.WAITING, ImportState.CHECKED)
    found = Import.objects.filter(pk=job.pk, state__in=open_states)
    if not found.update(state=ImportState.CANCELLED, settled_at=at, content=None):
        raise NotCancellable
    record(kind="registry.import_cancelled", subject=job, actor=by, body={}, noticeable=False)
    return job


def _write(job: Import, *, at: dt.datetime) -> None:
    """Write a confirmed import whole, or nothing of it: then it is checked anew and waits to be confirmed.

    The file is judged again, row by row, with what stands on record locked, and what it would do has to be
    what was confirmed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING_LOCK])
    content = _content_of(job)
    check = Check(job.kind, content, progress=partial(progress.tell, job.pk), lock=True)
    try:
        with transaction.atomic():
            _write_rows(job, check, content, at=at)
    except (_Differs, FileRefused, IntegrityError, DataError):
        _settle(job, state=ImportState.WAITING)
        job.state = ImportState.WAITING
        _check(job, at=at)


def _write_rows(job: Import, check: Check, content: bytes, *, at: dt.datetime) -> None:
    if hashlib.sha256(content).hexdigest() != job.sha256:
        raise _Differs
    for chunk in check.outcomes():
        if check.report.faults_found:
            raise _Differs
        if chunk:
            _keep(job, check.rows.write(chunk, by=job.by, at=at))
    report = check.report
    if report.changes_sha256 != job.changes_sha256:
        raise _Differs
    _settle(job, state=ImportState.WRITTEN, settled_at=at)
    body = {
        "kind": job.kind,
        "sha256": job.sha256,
        "changes_sha256": report.changes_sha256,
        "created": report.new,
        "updated": report.changed,
        "unchanged": report.unchanged,
    }
    record(kind="registry.import_written", subject=job, actor=job.by, body=body)


def _keep(job: Import, written: list[Written]) -> None:
    ImportedRow.objects.bulk_create(
        ImportedRow(
            of=job,
            row=outcome.row,
            subject=urn,
            created=outcome.is_new,
            changes={name: list(pair) for name, pair in outcome.changes.items()},
            ruling=draft,
        )
        for outcome, urn, draft in written
    )


@transaction.atomic
def forget_files(*, before: dt.datetime) -> int:
    """Forget the files of imports settled, or left unconfirmed, before a moment; returns how many.

    An import left unconfirmed is given up. What was written, its digests and its report stay.
    """
    left = Import.objects.filter(state=ImportState.CHECKED, created_at__lt=before)
    left.update(state=ImportState.CANCELLED, settled_at=before, content=None)
    return Import.objects.filter(settled_at__lte=before, content__isnull=False).update(content=None)
