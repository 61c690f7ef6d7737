"""Whether a live conflict rests on an interest. Rooms above know; they register their test here."""

from collections.abc import Callable

from .models import Interest

ConflictTest = Callable[[Interest], bool]
_tests: list[ConflictTest] = []


def conflict_test(function: ConflictTest) -> ConflictTest:
    """Register a test that tells whether a conflict in force rests on an interest."""
    if function not in _tests:
        _tests.append(function)
    return function


def touches_live_conflict(interest: Interest) -> bool:
    """Whether any room says that a conflict in force rests on the interest."""
    return any(test(interest) for test in _tests)
