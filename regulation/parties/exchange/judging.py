"""Judges staged statements against each other and the record, by the set. Leaves temporary tables until the
transaction ends: `st` (a row for each statement, `told` says why one is not live), `party` (who each record
name is), `rel` (a row for each live interest)."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ..models import InterestImport
from . import judging_sql as sql
from .cycles import on_cycles
from .fault_sql import FAULTS
from .faults import Fault, shown

SILENT = "superseded"
PER_CODE = 1_000  # faults of one code that are kept; all are counted


@dataclass(slots=True)
class Judged:
    """What would be written, counted, and the digest of it."""

    parties_new: int = 0
    parties_changed: int = 0
    stated: int = 0
    closed: int = 0
    unchanged: int = 0
    left_out: int = 0
    errors: int = 0
    warnings: int = 0
    digest: str = ""


def judge(*, job: InterestImport, site: str, today: dt.date) -> tuple[Judged, list[Fault]]:
    """What each statement of an import would do, and what is found. Changes nothing that lasts."""
    given: dict[str, Any] = {"of": job.pk, "today": today}
    given |= {noun: f"^qinqing-{site}-{noun}-[0-9]{{12}}$" for noun in ("entity", "person", "interest")}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for statement in sql.PREPARE:
            cursor.execute(statement, given)
        judged, faults = Judged(), []
        for code, severity, query in FAULTS:
            cursor.execute(query, given)
            found = cursor.fetchmany(PER_CODE)
            total = len(found)
            while more := cursor.fetchmany(PER_CODE):
                total += len(more)
            faults += [_fault(code, severity, row) for row in found]
            _count(judged, severity, total)
        circles = list(_cycles(cursor))
        faults += circles[:PER_CODE]
        judged.warnings += len(circles)
        cursor.execute(sql.COUNTS)
        counted = cursor.fetchone()
        judged.parties_new, judged.parties_changed = counted[:2]
        judged.stated, judged.closed, judged.unchanged = counted[2:]
        judged.digest = _digest(cursor)
    return judged, faults


def _fault(code: str, severity: str, row: tuple[object, ...]) -> Fault:
    line, statement_id, path, value, other = row
    params = {"sum": str(other)} if code == "over_hundred" else {"other": other} if other is not None else {}
    return Fault(int(str(line)), str(statement_id), str(path), shown(value or ""), code, severity, "", params)


def _count(judged: Judged, severity: str, total: int) -> None:
    if severity == "error":
        judged.errors += total
    elif severity == "left_out":
        judged.left_out += total
    else:
        judged.warnings += total


def _cycles(cursor: object) -> Iterator[Fault]:
    """A warning for each interest of the file that lies on a circle, of the file or through the record."""
    with connection.chunked_cursor() as edges:
        edges.execute(sql.EDGES)
        circular = on_cycles((int(a), int(b)) for a, b in edges)
    if not circular:
        return
    with connection.cursor() as found:
        nodes = sorted({node for pair in circular for node in pair})
        found.execute(sql.ON_CYCLE, {"nodes": nodes})
        for line, statement_id, holder, subject in found.fetchall():
            if (holder, subject) in circular:
                yield Fault(line, statement_id, "recordDetails.interestedParty", "", "cycle", "warning")


def _digest(cursor: object) -> str:
    """SHA-256 over what would be written, in the order of the file."""
    total = hashlib.sha256()
    with connection.cursor() as found:
        for query in sql.DIGESTS:
            found.execute(query)
            for (block,) in found.fetchall():
                total.update(bytes(block))
    return total.hexdigest()
