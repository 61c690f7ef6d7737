"""What newspapers and governments report of the reform, read from the data files. No ORM, no clock.

Nothing of it is measured here: each figure stands as its source gives it, with the place and the source.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from .seed.files import DataFile

KINDS = ("cleanup", "decoupling", "results")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as reported. `as_of` is a year, month or day, and empty where the source names none."""

    kind: str
    number: int
    region: str
    place: str
    place_en: str
    as_of: str
    metric: str
    metric_en: str
    value: Decimal
    unit: str
    unit_en: str
    source: str


@lru_cache(maxsize=1)
def figures(folder: Path) -> tuple[Figure, ...]:
    """Every figure on file, the newest first; those without a date come last, each kind in its order."""
    found = [
        _figure(kind, row) for kind in KINDS for row in DataFile(folder, f"statistics/{kind}.csv").rows()
    ]
    return tuple(sorted(found, key=lambda figure: figure.as_of, reverse=True))


def _figure(kind: str, row: dict[str, str]) -> Figure:
    words = ("region", "place", "place_en", "as_of", "metric", "metric_en", "unit", "unit_en", "source")
    return Figure(
        kind=kind,
        number=int(row["seq"]),
        value=Decimal(row["value"]),
        **{word: row[word] for word in words},
    )


@dataclass(frozen=True, slots=True)
class Conduct:
    """A kind of unlawful conduct that an inspection of intermediaries looked for, in our words."""

    code: str
    name: str
    name_en: str
    source: str


@lru_cache(maxsize=1)
def conducts(folder: Path) -> tuple[Conduct, ...]:
    """The kinds of conduct on file, in their order."""
    rows = DataFile(folder, "violation_types.csv").rows()
    return tuple(Conduct(r["code"], r["name_zh"], r["name_en"], r["source"]) for r in rows)


def narrowed(found: Iterable[Figure], *, q: str = "", kind: str = "", place: str = "") -> list[Figure]:
    """The figures of a kind and a place whose words hold `q`; an empty choice narrows nothing."""
    wanted = q.casefold()
    return [
        one
        for one in found
        if (not kind or one.kind == kind)
        and (not place or one.place == place)
        and wanted in f"{one.place} {one.place_en} {one.metric} {one.metric_en} {one.source}".casefold()
    ]
