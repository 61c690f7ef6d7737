"""What the platform takes, as dated data. No screen enters it: it changes with the file alone."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.registry.seed.files import DataFile
from regulation.registry.seed.put import Change
from regulation.registry.seed.rulings import AUTHOR, signatory

from .models import FeeRule

FILE = Path(settings.BASE_DIR) / "data" / "fee_rules.csv"


def rows(path: Path) -> list[dict[str, str]]:
    """The rows by their first day. ValueError, naming the row, where a day or a rate cannot be read."""
    with path.open(encoding="utf-8", newline="") as lines:
        told = list(csv.DictReader(lines))
    for number, row in enumerate(told, start=2):
        try:
            dt.date.fromisoformat(row["in_force_from"])
            rate = Decimal(row["per_mille"])
        except (ArithmeticError, ValueError, KeyError) as fault:
            raise ValueError(f"{path.name}, row {number}: a rate or a first day cannot be read") from fault
        if not 0 <= rate <= 100 or not row["reason"].strip():
            raise ValueError(f"{path.name}, row {number}: a rate is 0 to 100 and has its reason")
    return sorted(told, key=lambda row: row["in_force_from"])


@transaction.atomic
def ensure_fees(path: Path = FILE) -> Change:
    """Bring the rules in line with the file: a later row ends the one before. A rate once in force stays.

    ValueError where the file says otherwise of a rate that is on record.
    """
    told, made, ended = rows(path), 0, 0
    for row, after in zip(told, [*told[1:], None], strict=True):
        begins = dt.date.fromisoformat(row["in_force_from"])
        ends = dt.date.fromisoformat(after["in_force_from"]) if after else None
        there = FeeRule.objects.filter(in_force__startswith=begins).first()
        if there is None:
            FeeRule.objects.create(
                per_mille=Decimal(row["per_mille"]),
                in_force=DateRange(begins, ends, "[)"),
                reason=row["reason"],
                reason_en=row["reason_en"],
            )
            made += 1
        elif there.per_mille != Decimal(row["per_mille"]):
            raise ValueError(f"{path.name}: the rate from {begins} on is on record as {there.per_mille}")
        elif there.in_force.upper != ends:
            there.in_force = DateRange(begins, ends, "[)")
            there.save(update_fields=["in_force"])
            ended += 1
    return Change(created=made, updated=ended)


@transaction.atomic
def seeded(at: dt.datetime) -> Change:
    """As the loading of the seed calls it: one entry where something was put on record."""
    change = ensure_fees()
    if change:
        file = DataFile(FILE.parent, FILE.name)
        body = {"sha256": file.sha256(), "created": change.created, "updated": change.updated}
        record(kind="registry.seed_loaded", subject=file, actor=signatory(AUTHOR), body=body)
    return change
