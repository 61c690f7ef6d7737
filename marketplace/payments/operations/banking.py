"""Statements of banks: taken row by row or not at all, and withdrawn where the file was the wrong one."""

import datetime as dt
import hashlib
import secrets
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.tables.errors import FileRefused

from ..bank_queries import comparison, standing_lines
from ..banking.rows import MOST_FAULTS, BankRow, RowFault, account_in, is_of, parse, read_statement
from ..errors import (
    AccountNotNamed,
    NoAccountsTold,
    StatementRefused,
    StatementWithdrawn,
    WithdrawalNeedsReason,
)
from ..models import BankLine, BankStatement
from .comparing_banks import differences

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes
LOCK = 0xBA5  # whoever takes statements of one account takes turns
BATCH = 1000


@transaction.atomic
def take_bank_statement(
    *,
    entity: Entity | None,
    content: bytes,
    name: str,
    first: dt.date,
    last: dt.date,
    is_invented: bool = False,
    by: User,
    at: dt.datetime,
) -> BankStatement:
    """Keep what a bank says of the days from `first` to `last`, both included.

    `entity` is whose account it is, none for the operating centre's. Of a party's file only rows are kept
    whose other side is the operating centre's account. A row that an earlier statement told is counted, not
    kept again; the same file for the same days gives the statement that is there. Raises FileRefused,
    StatementRefused with every faulty row, AccountNotNamed, NoAccountsTold.
    """
    _take_turns(entity)
    days = DateRange(first, last + dt.timedelta(days=1), "[)")
    digest = hashlib.sha256(content).hexdigest()
    standing = BankStatement.objects.filter(entity=entity, digest=digest, days=days, withdrawn_at=None)
    if (there := standing.first()) is not None:
        return there
    rows, left_out = _rows(entity, content, (first, days.upper))
    new = _not_yet_told(entity, rows)
    made = BankStatement.objects.create(
        ref=f"b{at:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _n in range(6))}",
        entity=entity,
        days=days,
        file_name=name.replace("\0", "")[-100:],
        digest=digest,
        rows=len(new),
        repeated=len(rows) - len(new),
        left_out=left_out,
        uploaded_by=by,
        is_invented=is_invented,
    )
    lines = [BankLine(statement=made, entity=entity, **asdict(row)) for row in new]
    BankLine.objects.bulk_create(lines, batch_size=BATCH)
    record(kind="payments.bank_statement_taken", subject=made, actor=by, body=_told(made, at=at))
    return made


def _told(made: BankStatement, *, at: dt.datetime) -> dict[str, Any]:
    """What the entry says: the days, the file's digest, and what of these days does not fit."""
    found = comparison(made.entity, (made.days.lower, made.days.upper), today=timezone.localdate(at))
    return _whose(made) | {
        "days": [made.first.isoformat(), made.last.isoformat()],
        "sha256": made.digest,
        "rows": made.rows,
        "differences": differences(made.entity, found),
    }


def _take_turns(entity: Entity | None) -> None:
    """Wait until nobody else takes or withdraws a statement of this account; held to the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, entity.pk if entity else 0])


def _rows(entity: Entity | None, content: bytes, days: tuple[dt.date, dt.date]) -> tuple[list[BankRow], int]:
    """The rows that concern this site, and how many others there were."""
    custody = account_in(settings.PAYMENTS_CUSTODY)
    if entity is not None and not custody:
        raise AccountNotNamed
    rows: list[BankRow] = []
    faults: list[RowFault] = []
    seen: dict[tuple[str, bool], int] = {}
    found = left_out = 0
    for number, cells in read_statement(content):
        found += 1
        if entity is not None and "account" not in cells:
            raise NoAccountsTold
        if entity is not None and not is_of(cells, custody):
            left_out += 1
            continue
        told = parse(number, cells, days)
        if isinstance(told, list):
            faults += told
            continue
        before = seen.setdefault((told.number, told.is_in), number)
        if before != number:
            faults.append(RowFault(number, "number", told.number, "repeated", before))
        rows.append(told)
    if not found:
        raise FileRefused("no_rows")
    if faults:
        raise StatementRefused(faults[:MOST_FAULTS], len(faults))
    return rows, left_out


def _not_yet_told(entity: Entity | None, rows: list[BankRow]) -> list[BankRow]:
    """The rows that no statement on record has. Raises StatementRefused where one has them otherwise."""
    told = standing_lines(entity).filter(number__in={row.number for row in rows})
    there = {(line.number, line.is_in): (line.on, line.fen) for line in told}
    new, faults = [], []
    for row in rows:
        before = there.get((row.number, row.is_in))
        if before is None:
            new.append(row)
        elif before != (row.on, row.fen):
            faults.append(RowFault(row.row, "number", row.number, "on_record"))
    if faults:
        raise StatementRefused(faults[:MOST_FAULTS], len(faults))
    return new


@transaction.atomic
def withdraw_bank_statement(
    *, statement: BankStatement, reason: str, by: User, at: dt.datetime
) -> BankStatement:
    """It was the wrong file: its lines count no more, and may be told again. It stays on record.

    Raises StatementWithdrawn, WithdrawalNeedsReason.
    """
    _take_turns(statement.entity)
    locked = BankStatement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    why = reason.replace("\0", "").strip()
    if locked.withdrawn_at is not None:
        raise StatementWithdrawn
    if not why:
        raise WithdrawalNeedsReason
    locked.withdrawn_by, locked.withdrawn_at, locked.reason = by, at, why[:300]
    locked.save(update_fields=["withdrawn_by", "withdrawn_at", "reason"])
    locked.lines.update(withdrawn=True)
    body = _whose(locked) | {"reason": locked.reason}
    record(kind="payments.bank_statement_withdrawn", subject=locked, actor=by, body=body)
    return locked


def _whose(statement: BankStatement) -> dict[str, Any]:
    return {"entity": statement.entity.urn if statement.entity else None}
