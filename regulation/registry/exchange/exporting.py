"""An export: the rows of a list as cells in the reader's language, which an import reads back unchanged."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from regulation.tables.columns import Column, Holds

from .columns import SHEETS
from .kinds import KINDS
from .lookups import Lookups


def export_rows(kind: str, queryset: QuerySet[Any]) -> Iterator[list[str]]:
    """Cells in the order of the sheet's exported columns."""
    rows = KINDS[kind](Lookups())
    columns = SHEETS[kind].exported
    said = {column.name: {code: str(label) for code, label in column.choices.items()} for column in columns}
    for values in rows.export(queryset):
        shown = values | rows.names(values)
        yield [_cell(column, shown.get(column.name), said[column.name], rows) for column in columns]


def _cell(column: Column, value: Any, labels: dict[str, str], rows: Any) -> str:
    if column.holds == Holds.CHOICE:
        return labels.get(value or "", "")
    return value if isinstance(value, str) else rows.told(column.name, value)
