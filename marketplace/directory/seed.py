"""What follows from credit and complaints, for the country. Idempotent."""

import csv
import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.parties.models import Region
from regulation.registry.seed.files import DataFile
from regulation.registry.seed.put import Change
from regulation.registry.seed.rulings import AUTHOR, signatory

from .models import ConsequenceRule

FILE = Path(settings.BASE_DIR) / "data" / "credit_consequences.csv"
NUMBERS = ("level", "complaints", "within_days", "lasts_days")


@transaction.atomic
def ensure_consequences() -> int:
    """Put on record what is missing; returns how many rules were made."""
    made = 0
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            region, _ = Region.objects.get_or_create(code=row["region"], defaults={"name": "全国"})
            if ConsequenceRule.objects.filter(kind=row["kind"], region=region, is_invented=False).exists():
                continue
            ConsequenceRule.objects.create(
                kind=row["kind"],
                region=region,
                in_force=DateRange(dt.date.fromisoformat(row["in_force_from"]), None, "[)"),
                reply_within=dt.timedelta(days=int(row["reply_days"])),
                **{name: int(row[name]) if row[name] else None for name in NUMBERS},
                **{name: row[name] for name in ("note", "note_en", "source")},
            )
            made += 1
    return made


@transaction.atomic
def seeded(at: dt.datetime) -> Change:
    """As the loading of the seed calls it: one entry where something was put on record."""
    change = Change(created=ensure_consequences())
    if change:
        file = DataFile(FILE.parent, FILE.name)
        body = {"sha256": file.sha256(), "created": change.created, "updated": change.updated}
        record(kind="registry.seed_loaded", subject=file, actor=signatory(AUTHOR), body=body)
    return change
