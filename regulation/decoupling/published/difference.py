"""What changed from one rule pack to another. Pure."""

from dataclasses import dataclass
from typing import Any

from ..rules import Pack, Rule

FIELDS = (
    "title",
    "title_zh",
    "provisions",
    "regions",
    "start",
    "end",
    "gates",
    "outcome",
    "test",
    "parameters",
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that both packs have, with the fields that differ: (name, before, after)."""

    rule: Rule
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Rules that came, went and changed, each in the order of its pack."""

    added: tuple[Rule, ...]
    removed: tuple[Rule, ...]
    changed: tuple[Changed, ...]


def difference(before: Pack, after: Pack) -> Difference:
    """What differs between two packs, rule by rule; notes do not count."""
    old, new = ({rule.code: rule for rule in pack.rules} for pack in (before, after))
    changed = []
    for code in (code for code in new if code in old):
        fields = tuple(
            (name, getattr(old[code], name), getattr(new[code], name))
            for name in FIELDS
            if getattr(old[code], name) != getattr(new[code], name)
        )
        if fields:
            changed.append(Changed(new[code], fields))
    return Difference(
        tuple(rule for code, rule in new.items() if code not in old),
        tuple(rule for code, rule in old.items() if code not in new),
        tuple(changed),
    )
