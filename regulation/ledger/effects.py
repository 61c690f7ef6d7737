"""What follows an entry. Rooms register their effects by kind in their own effects.py."""

from collections.abc import Callable, Mapping
from typing import Any

from .models import Entry

Effect = Callable[[Entry], None]
Concerns = Callable[[Mapping[str, Any]], bool]
_effects: dict[str, dict[str, Effect]] = {}
_concerns: dict[tuple[str, str], Concerns] = {}


def effect(*kinds: str, concerns: Concerns | None = None) -> Callable[[Effect], Effect]:
    """Register the decorated function to run once for each entry of these kinds.

    With `concerns`, only for those whose body it says yes to when they are recorded: nothing is owed by the
    others, so that of ten thousand clear checks none waits in the queue to do nothing.

    It runs in a transaction with its Delivery; it may be tried again after a failure, so what it does
    outside the database must carry an idempotency key of the entry.
    """

    def register(function: Effect) -> Effect:
        name = f"{function.__module__.removesuffix('.effects')}.{function.__name__}"
        for kind in kinds:
            _effects.setdefault(kind, {})[name] = function
            if concerns is not None:
                _concerns[kind, name] = concerns
        return function

    return register


def effects_of(kind: str) -> dict[str, Effect]:
    """The effects registered for a kind, by name."""
    return dict(_effects.get(kind, {}))


def owed_by(kind: str, body: Mapping[str, Any]) -> list[str]:
    """The names of the effects that an entry of a kind owes."""
    named = _effects.get(kind, {})
    return [name for name in named if _concerns.get((kind, name), _always)(body)]


def _always(_body: Mapping[str, Any]) -> bool:
    return True


def all_effects() -> dict[str, dict[str, Effect]]:
    """Every kind that has effects, with them."""
    return {kind: dict(effects) for kind, effects in _effects.items()}
