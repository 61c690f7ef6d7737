"""Going through a file once, a chunk of rows at a time: what each would do, or what is wrong with it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from regulation.tables.columns import Column
from regulation.tables.header import marks, read_header
from regulation.tables.reading import Row, Table, open_table

from .columns import SHEETS
from .faults import Fault
from .kinds import KINDS, Outcome, Rows
from .kinds.rows import chunks
from .lookups import Lookups
from .parsing import Parsed, parse

FAULTS_KEPT = 5_000
SAMPLE = 50

Progress = Callable[[int, int], None]  # rows done, rows in all


@dataclass(slots=True)
class Report:
    """What a check found. `faults_found` counts all, `faults` holds the first. `changes_sha256` is over the
    canonical JSON of every change in order: two checks with the same digest would write the same."""

    encoding: str = ""
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    faults_found: int = 0
    faults: list[Fault] = field(default_factory=list)
    sample: list[dict[str, Any]] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def changes_sha256(self) -> str:
        return str(self.digest.hexdigest())

    def add_faults(self, faults: list[Fault]) -> None:
        self.rows += 1
        self.faults_found += len(faults)
        self.faults += faults[: FAULTS_KEPT - len(self.faults)]

    def add(self, outcome: Outcome) -> None:
        self.rows += 1
        if not outcome.changes:
            self.unchanged += 1
            return
        self.new += outcome.is_new
        self.changed += not outcome.is_new
        changes = {name: list(pair) for name, pair in outcome.changes.items()}
        self.digest.update(rfc8785.dumps([outcome.row, outcome.about, outcome.is_new, changes]))
        if len(self.sample) < SAMPLE:
            told = {"row": outcome.row, "about": outcome.about, "new": outcome.is_new, "changes": changes}
            self.sample.append(told)


class Check:
    """A file against the record. Going through `outcomes` fills `report`; with `lock` what stands on record
    is held until the transaction ends. Raises FileRefused where the file cannot be read."""

    def __init__(self, kind: str, content: bytes, *, progress: Progress, lock: bool = False) -> None:
        self.rows: Rows = KINDS[kind](Lookups())
        self.report = Report()
        self._content, self._progress, self._lock = content, progress, lock

    def outcomes(self) -> Iterator[list[Outcome]]:
        """The sound rows that change something, a chunk at a time."""
        table = open_table(self._content)
        self.report.encoding = table.encoding
        columns, rows = read_header(SHEETS[self.rows.sheet.kind], table.rows)
        at = marks(columns)
        real = ((n, cells) for n, cells in rows if at is None or not (at < len(cells) and cells[at]))
        for chunk in chunks(real):
            yield self._judged(chunk, columns, table)
            self._progress(self.report.rows, max(table.total - 1, self.report.rows))

    def _judged(self, chunk: list[Row], columns: list[Column | None], table: Table) -> list[Outcome]:
        lookups = self.rows.lookups
        approval = next((n for n, c in enumerate(columns) if c and c.name == "approval"), None)
        if approval is not None:
            lookups.load_approvals(cells[approval] for _n, cells in chunk if approval < len(cells))
        sound: list[Parsed] = []
        for number, cells in chunk:
            parsed = parse(number, cells, columns, lookups)
            if isinstance(parsed, Parsed):
                sound.append(parsed)
            else:
                self.report.add_faults(parsed)
        found = []
        for judged in self.rows.judge(sound, lock=self._lock):
            if isinstance(judged, Outcome):
                self.report.add(judged)
                if judged.changes:
                    found.append(judged)
            else:
                self.report.add_faults(judged)
        return found
