"""Puts what a file says into the staging table by COPY, and what is wrong with it beside it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields

from django.db import connection
from pypinyin import lazy_pinyin

from ..models import InterestFault, InterestImport
from .faults import Fault
from .statements import Reader, Staged
from .streaming import Read

COLUMNS = tuple(f.name for f in fields(Staged))
KEPT = 5_000  # faults kept of each import; all are counted
STEP = 2_000
Progress = Callable[[int], None]


@dataclass(slots=True)
class Found:
    """What reading a file found: how many statements, how many faults by severity, and the first of them."""

    statements: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Fault] = field(default_factory=list)

    def add(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.counts[fault.severity] += 1
            if len(self.kept) < KEPT:
                self.kept.append(fault)


def stage(*, job: InterestImport, reads: Iterator[Read], reader: Reader, progress: Progress) -> Found:
    """Read every statement into the staging table. Raises InterestFileRefused where the file breaks off."""
    found = Found()
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        sql = f"COPY parties_stagedrow (of_id, {names}) FROM STDIN"
        with cursor.copy(sql) as copy:
            for row in _rows(reads, reader, found, progress):
                copy.write_row((job.pk, *(getattr(row, name) for name in COLUMNS)))
    return found


def _rows(reads: Iterator[Read], reader: Reader, found: Found, progress: Progress) -> Iterator[Staged]:
    for one in reads:
        found.statements += 1
        if found.statements % STEP == 0:
            progress(found.statements)
        if one.unreadable is not None:
            params = {"detail": one.unreadable.detail}
            found.add([Fault(one.line, "", "", "", one.unreadable.code, params=params)])
            continue
        found.add(one.faults)
        if one.value is None and one.faults:
            continue
        rows, faults = reader.read(one.line, one.value)
        found.add(faults)
        for row in rows:
            if row.record_type == "entity":
                row.pinyin = "".join(lazy_pinyin(row.name)).lower()[:400]
            yield row


def keep_faults(job: InterestImport, faults: Iterable[Fault], *, judged: bool) -> None:
    InterestFault.objects.bulk_create(
        (
            InterestFault(
                of=job, line=f.line, statement_id=f.statement_id, path=f.path, value=f.value,
                severity=f.severity, code=f.code, meant=f.meant, params=f.params, judged=judged,
            )
            for f in faults
        ),
        batch_size=1_000,
    )  # fmt: skip
