"""In whose hands a draft is, as the triggers of the workflow hold it."""

import datetime as dt

import pytest
from django.utils.translation import override

from regulation.registry.holding import hold_on

SOON = dt.datetime(2026, 12, 1, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("stage", "more", "words", "locked"),
    [
        ("draft", {}, "its author, A", False),
        ("submitted", {}, "legal review", True),
        ("reviewed", {}, "whoever publishes; passed by B", False),
        ("reviewed", {"publish_at": SOON}, "the clock: published by itself at 2026-12-01 12:00", False),
        ("reviewed", {"consulted_until": SOON}, "the public, until 2026-12-01 12:00", True),
        ("draft", {"consulted_until": SOON}, "the public, until 2026-12-01 12:00", True),
    ],
)
def test_who_has_it(stage, more, words, locked):
    with override("en"):
        hold = hold_on(stage=stage, author="A", reviewer="B", **more)
    assert hold.locked is locked
    assert hold.by == words
