"""Laying things side by side: which rows differ. No ORM, no clock, no request."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["same", "differs", "partial", "own"]


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer in each column. `kind` is how a template draws the cells.

    `state`: `differs` where two known answers are not the same; `partial` where they agree, but some column
    has none on record; `own` where each column has its own by nature; else `same`.
    """

    label: Any
    cells: Sequence[Any]
    state: State
    kind: Literal["text", "number", "verdict"] = "text"
    url: str = ""


def state_of(values: Sequence[Hashable]) -> State:
    """How the answers stand to one another. None and the empty text are not on record, and no difference."""
    known = [value for value in values if value is not None and value != ""]
    if len(set(known)) > 1:
        return "differs"
    return "partial" if 0 < len(known) < len(values) else "same"


def row(label: Any, cells: Sequence[Any], *, kind: Literal["text", "number"] = "text") -> Row:
    """A row whose cells are compared as they are shown."""
    return Row(label, cells, state_of(cells), kind)
