import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet

from regulation.parties.models import User
from regulation.tables.columns import Sheet

from ...models import Ruling
from ..faults import Fault
from ..lookups import Lookups, Wrong
from ..parsing import Parsed, fault

CHUNK = 500
Written = tuple["Outcome", str, Ruling | None]  # what was written, the urn of what it is about, its draft


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sound row would do. `changes`: column → what is said before and after; empty for a row that
    changes nothing. `item` is what stands on record, None where the row is new; `values` is all it says."""

    row: int
    about: str
    changes: dict[str, tuple[str, str]]
    item: Any
    values: dict[str, Any]

    @property
    def is_new(self) -> bool:
        return self.item is None and bool(self.changes)


class Rows:
    """One kind of rows. `lock` holds what stands on record until the transaction ends."""

    sheet: ClassVar[Sheet]

    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups

    def judge(self, chunk: Sequence[Parsed], *, lock: bool) -> Iterator[Outcome | list[Fault]]:
        """For each row what it would do, or its faults."""
        raise NotImplementedError

    def write(self, outcomes: Sequence[Outcome], *, by: User, at: dt.datetime) -> list[Written]:
        """Write the rows that change something."""
        raise NotImplementedError

    def export(self, queryset: QuerySet[Any]) -> Iterator[dict[str, Any]]:
        """The values of every row of a list, by column, a chunk in memory at a time."""
        raise NotImplementedError

    def names(self, values: dict[str, Any]) -> dict[str, str]:
        """What the columns for reading say."""
        return {}

    def missing(self, parsed: Parsed, values: dict[str, Any]) -> list[Fault]:
        """What a new row lacks because the file has no such column."""
        return [
            fault(parsed.row, column.name, "", Wrong("needed"))
            for column in self.sheet.columns
            if column.needed and not values.get(column.name)
        ]

    def told(self, name: str, value: Any) -> str:
        """A value as a cell says it; codes stay codes."""
        if value is None:
            return ""
        if isinstance(value, tuple):
            return "; ".join(value)
        return value.isoformat() if isinstance(value, dt.date) else str(value)

    def differences(self, was: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, tuple[str, str]]:
        before = was or {}
        return {
            name: (self.told(name, before.get(name)), self.told(name, value))
            for name, value in now.items()
            if _plain(before.get(name)) != _plain(value)
        }


def _plain(value: Any) -> Any:
    """What two values are compared by: outer blanks and the kind of line end say nothing."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "" if value is None else value


def chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
