"""A life told by dated facts: states, acts and one table of allowed transitions. Pure.

From a `Machine` are made: the state of a row in Python, the two functions the database's triggers ask, and
the tables in docs/contracts.md, which a test holds to `markdown()`. The pattern is that of tenders/life.py.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.tenders.life import Fact

__all__ = ["Fact", "Machine", "Transition", "facts"]


def facts(**told: str) -> tuple[Fact, ...]:
    """Conditions on columns: "set", "unset", "past", "future"."""
    return tuple(Fact(column, is_) for column, is_ in told.items())


@dataclass(frozen=True, slots=True)
class Transition:
    """An act, in which states it may be done, to which it may lead, who does it, whether it says why."""

    act: StrEnum
    sources: tuple[StrEnum, ...]
    targets: tuple[StrEnum, ...]
    who: str
    reason: bool = False


@dataclass(frozen=True)
class Machine:
    """One noun's life. `name` begins the database's functions, `table` is the noun's table."""

    name: str
    table: str
    rules: tuple[tuple[StrEnum, tuple[Fact, ...]], ...]
    otherwise: StrEnum
    transitions: tuple[Transition, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns states follow from."""
        return tuple(dict.fromkeys(fact.column for _state, told in self.rules for fact in told))

    @property
    def acts(self) -> Mapping[StrEnum, Transition]:
        return {t.act: t for t in self.transitions}

    def state_of(self, row: Any, now: dt.datetime) -> StrEnum:
        """The state that follows from a row's facts at a moment: the first rule that holds."""
        return next((s for s, told in self.rules if all(f.holds(row, now) for f in told)), self.otherwise)

    def may(self, act: StrEnum, state: StrEnum) -> bool:
        """Whether an act may be done in a state."""
        return act in self.acts and state in self.acts[act].sources

    def allowed(self) -> list[tuple[str, str, str]]:
        """Every (act, from, to) that may be, in a fixed order."""
        return sorted(
            {(str(t.act), str(a), str(b)) for t in self.transitions for a in t.sources for b in t.targets}
        )

    def state_function(self) -> str:
        """SQL: the state of a row at a moment."""
        whens = "\n".join(
            f"        WHEN {' AND '.join(fact.sql() for fact in told)} THEN '{state}'"
            for state, told in self.rules
        )
        return f"""CREATE OR REPLACE FUNCTION public.{self.name}_state(
    t public.{self.table}, moment timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
{whens}
        ELSE '{self.otherwise}'
    END
$$"""

    def transition_function(self) -> str:
        """SQL: whether an act may lead from one state to another; with an empty act, whether any may."""
        rows = ",\n".join(f"        ('{act}', '{was}', '{now}')" for act, was, now in self.allowed())
        return f"""CREATE OR REPLACE FUNCTION public.{self.name}_transition(
    done text, was text, becomes text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT 1 FROM (VALUES
{rows}
    ) AS allowed(act, source, target)
    WHERE source = was AND target = becomes AND (act = done OR done = ''))
$$"""

    def dropped(self) -> str:
        """SQL: without both functions."""
        return (
            f"DROP FUNCTION IF EXISTS public.{self.name}_transition(text, text, text);"
            f"DROP FUNCTION IF EXISTS public.{self.name}_state(public.{self.table}, timestamptz)"
        )

    def markdown(self) -> str:
        """The two tables of docs/contracts.md."""
        states = [
            f"| `{state}` | {', '.join(f'`{f.column}` {f.is_}' for f in told)} |"
            for state, told in self.rules
        ]
        acts = [
            f"| `{t.act}` | {', '.join(t.sources)} | {', '.join(t.targets)} | {t.who} |"
            f" {'yes' if t.reason else ''} |"
            for t in self.transitions
        ]
        return "\n".join(
            [
                "| state | follows from |",
                "|---|---|",
                *states,
                f"| `{self.otherwise}` | none of these |",
                "",
                "| act | from | to | who | says why |",
                "|---|---|---|---|---|",
                *acts,
                "",
            ]
        )
