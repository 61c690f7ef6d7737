"""A method as a page shows it: its parameters in words, its example as a computed table."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

from .base import Method, Placed
from .parameters import BadParameters, Parameter, Text


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A bid of a worked example, best first; `placed` is None for whom the method does not rank."""

    letter: str
    price: Decimal
    placed: Placed | None
    won: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a page needs of a method. `settings` are label, value and unit."""

    method: Method
    settings: list[tuple[Text, Text, Text]]
    rows: list[ExampleRow]
    reference: Decimal | None


def told(method: Method, raw: Mapping[str, Any] | None = None) -> Told:
    """A method with the parameters of a tender, or with its defaults where none are given."""
    worked = method.worked()
    by_key = {one.key: one for one in worked.placed}
    rows = [
        ExampleRow(ascii_uppercase[n], c.price, by_key.get(c.key), c.key == method.example.winner)
        for n, c in enumerate(method.example.candidates)
    ]
    last = len(rows) + 1
    rows = sorted(rows, key=lambda row: row.placed.rank if row.placed else last)
    return Told(method, settings(method, raw), rows, worked.reference)


def settings(method: Method, raw: Mapping[str, Any] | None = None) -> list[tuple[Text, Text, Text]]:
    """Label, value and unit of each parameter. What cannot be read is left to its default."""
    try:
        values = method.clean(raw or {})
    except BadParameters:
        values = {p.name: p.default for p in method.parameters} | dict(raw or {})
    return [(p.label, in_words(p, values[p.name]), p.unit) for p in method.parameters if values[p.name] != ""]


def in_words(parameter: Parameter, value: Any) -> Text:
    """A stored value as a reader sees it."""
    if parameter.kind == "choice":
        return dict(parameter.choices).get(value, str(value))
    if parameter.kind == "criteria":
        return " · ".join(f"{row['name']} {row['weight']}" for row in value)
    return str(value)
