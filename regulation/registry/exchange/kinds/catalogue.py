import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from regulation.parties.models import User

from ...models import Approval, Service
from ..faults import Fault
from ..lookups import Lookups, Wrong
from ..parsing import Parsed, fault
from .rows import CHUNK, Outcome, Rows, Written


class CatalogueRows(Rows):
    """Rows that are created and updated, never removed, each known by one key column."""

    model: ClassVar[type[Approval] | type[Service]]
    key: ClassVar[str]
    derived: ClassVar[tuple[str, ...]]

    def __init__(self, lookups: Lookups) -> None:
        super().__init__(lookups)
        self._seen: dict[str, int] = {}

    def said(self, item: Any) -> dict[str, Any]:
        """What stands on record, by column."""
        raise NotImplementedError

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values as the model's attributes."""
        return values

    def derive(self, item: Any) -> None:
        raise NotImplementedError

    def settle(self, parsed: Parsed, values: dict[str, Any]) -> list[Fault]:
        """What a row says that needs the rest of the row, or of the record."""
        return []

    def prepare(self, chunk: Sequence[Parsed]) -> None:
        """Read what `settle` asks of the record for these rows."""

    def standing(self, keys: Sequence[str], *, lock: bool) -> dict[str, Any]:
        found = self.model._default_manager.filter((f"{self.key}__in", keys)).order_by("pk")
        if lock:
            found = found.select_for_update(of=("self",), no_key=True)
        return {getattr(item, self.key): item for item in found}

    def judge(self, chunk: Sequence[Parsed], *, lock: bool) -> Iterator[Outcome | list[Fault]]:
        there = self.standing([parsed.values[self.key] for parsed in chunk], lock=lock)
        self.prepare(chunk)
        for parsed in chunk:
            yield self._judge(parsed, there.get(parsed.values[self.key]))

    def _judge(self, parsed: Parsed, item: Any) -> Outcome | list[Fault]:
        key = parsed.values[self.key]
        first = self._seen.setdefault(key, parsed.row)
        if first != parsed.row:
            return [fault(parsed.row, self.key, key, Wrong("repeated", other=first))]
        was = self.said(item) if item is not None else None
        values = {**(was or {}), **parsed.values}
        faults = self.settle(parsed, values) or (self.missing(parsed, values) if item is None else [])
        if faults:
            return faults
        return Outcome(parsed.row, key, self.differences(was, values), item, values)

    def write(self, outcomes: Sequence[Outcome], *, by: User, at: dt.datetime) -> list[Written]:
        new: list[Any] = []
        changed: list[Any] = []
        names: set[str] = set()
        for outcome in outcomes:
            item = outcome.item or self.model()
            kept = self.columns({name: outcome.values[name] for name in outcome.changes})
            for name, value in kept.items():
                setattr(item, name, value)
            (changed if outcome.item else new).append(item)
            names |= set(kept) if outcome.item else set()
            self.derive(item)
        self.model._default_manager.bulk_create(new)
        if changed:
            fields = sorted({name.removesuffix("_id") for name in names} | set(self.derived))
            self.model._default_manager.bulk_update(changed, fields, batch_size=CHUNK)
        fresh = iter(new)
        return [(outcome, (outcome.item or next(fresh)).urn, None) for outcome in outcomes]

    def export(self, queryset: QuerySet[Any]) -> Iterator[dict[str, Any]]:
        for item in queryset.iterator(chunk_size=CHUNK):
            yield self.said(item)
