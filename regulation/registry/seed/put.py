"""Bringing rows into a table so that a second run writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

BATCH = 500


@dataclass(frozen=True, slots=True)
class Change:
    """How many rows were written."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "Change") -> "Change":
        return Change(self.created + other.created, self.updated + other.updated)

    def __bool__(self) -> bool:
        return bool(self.created or self.updated)


def put(
    queryset: models.QuerySet[Any],
    rows: Sequence[dict[str, Any]],
    *,
    key: tuple[str, ...],
    derive: Callable[[Any], None] | None = None,
    derived: tuple[str, ...] = (),
) -> Change:
    """Create the rows that are missing and update those that differ; nothing is removed.

    All rows have the same columns, named as attributes (`region_id`, not `region`). `derive` fills the
    columns named in `derived` on the objects that are written, and only on those.
    """
    there = {_key(item, key): item for item in queryset}
    new, changed = [], []
    for row in rows:
        item = there.get(tuple(row[column] for column in key))
        if item is None:
            new.append(queryset.model(**row))
        elif any(getattr(item, column) != value for column, value in row.items()):
            for column, value in row.items():
                setattr(item, column, value)
            changed.append(item)
    if derive:
        for item in new + changed:
            derive(item)
    queryset.model.objects.bulk_create(new, batch_size=BATCH)
    if changed:
        names = [_field(queryset.model, column) for column in rows[0] if column not in key]
        queryset.model.objects.bulk_update(changed, [*names, *derived], batch_size=BATCH)
    return Change(len(new), len(changed))


def _key(item: Any, key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(item, column) for column in key)


def _field(model: type[models.Model], column: str) -> str:
    return next(field.name for field in model._meta.concrete_fields if column in (field.attname, field.name))
