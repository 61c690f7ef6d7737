"""The state that follows from a report's facts. No ORM, no clock."""

import datetime as dt
from typing import Protocol

FILED, TAKEN, ANSWERED, REVIEW, REVIEWED, WITHDRAWN = (
    "filed",
    "taken",
    "answered",
    "review",
    "reviewed",
    "withdrawn",
)
OPEN = (FILED, TAKEN, REVIEW)


class Facts(Protocol):
    """What a report's state follows from; `answer_round` is 1 or 2, None without an answer."""

    taken_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    review_asked_at: dt.datetime | None
    due_on: dt.date
    review_due_on: dt.date | None


def state_of(facts: Facts, *, answer_round: int | None) -> str:
    """One of the states above."""
    if facts.withdrawn_at:
        return WITHDRAWN
    if answer_round is None:
        return TAKEN if facts.taken_at else FILED
    if answer_round == 2:
        return REVIEWED
    return REVIEW if facts.review_asked_at else ANSWERED


def due(facts: Facts, *, answer_round: int | None) -> dt.date | None:
    """The last day for the next answer; None where nothing is owed."""
    state = state_of(facts, answer_round=answer_round)
    if state == REVIEW:
        return facts.review_due_on
    return facts.due_on if state in OPEN else None


def is_overdue(facts: Facts, *, answer_round: int | None, today: dt.date) -> bool:
    """Whether the last day has gone by without the answer owed."""
    last = due(facts, answer_round=answer_round)
    return last is not None and today > last
