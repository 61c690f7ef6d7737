"""What follows an entry. Rooms register their effects by kind in their own effects.py."""

from collections.abc import Callable

from .models import Entry

Effect = Callable[[Entry], None]
_effects: dict[str, dict[str, Effect]] = {}


def effect(*kinds: str) -> Callable[[Effect], Effect]:
    """Register the decorated function to run once for each entry of these kinds.

    It runs in a transaction with its Delivery; it may be tried again after a failure, so what it does
    outside the database must carry an idempotency key of the entry.
    """

    def register(function: Effect) -> Effect:
        name = f"{function.__module__.removesuffix('.effects')}.{function.__name__}"
        for kind in kinds:
            _effects.setdefault(kind, {})[name] = function
        return function

    return register


def effects_of(kind: str) -> dict[str, Effect]:
    """The effects registered for a kind, by name."""
    return dict(_effects.get(kind, {}))


def all_effects() -> dict[str, dict[str, Effect]]:
    """Every kind that has effects, with them."""
    return {kind: dict(effects) for kind, effects in _effects.items()}
