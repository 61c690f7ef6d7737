"""Reading the data files, as pure functions. No ORM."""

import csv
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.types.range import DateRange

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of `data/`; its urn stands in the ledger entry that says it was loaded."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        return self.folder / self.name

    @property
    def urn(self) -> str:
        return f"registry.seed/{self.name}"

    def sha256(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def rows(self) -> list[Row]:
        with self.path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def document(self) -> Any:
        return json.loads(self.path.read_text(encoding="utf-8"))


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def number(text: str) -> int | None:
    return int(text) if text else None


def period(start: str | None, end: str | None) -> DateRange | None:
    """[start, end), open where `end` is empty; None where the start is not known."""
    return DateRange(day(start), day(end)) if start else None
