"""The life of a tender: its states, what each follows from, and the one table of allowed transitions.

Pure. Everything else is generated from here: the state of a row in Python (`state_of`), in a query
(`queries.states`), and in the database (`state_function`, `transition_function`: the triggers ask them); the
table in docs/tenders.md is held to `markdown()` by a test.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a tender stands. Each follows from dated facts of its row and the moment."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    CLARIFYING = "clarifying"
    OPEN = "open"
    CLOSED = "closed"
    OPENING = "opening"
    EVALUATING = "evaluating"
    STANDSTILL = "standstill"
    AWARDED = "awarded"
    CONTRACTED = "contracted"
    SUSPENDED = "suspended"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    VOID = "void"
    RETENDERED = "retendered"


class Act(StrEnum):
    """What somebody does with a tender. `PASS_TIME` is nobody's: the clock of the database does it."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    RETURN = "return"
    PASS_REVIEW = "pass_review"  # noqa: S105
    PUBLISH = "publish"
    AMEND = "amend"
    POSTPONE = "postpone"
    SUSPEND = "suspend"
    RESUME = "resume"
    BEGIN_OPENING = "begin_opening"
    OPEN = "open"
    LAPSE = "lapse"
    FAIL = "fail"
    AWARD = "award"
    EVALUATE_AGAIN = "evaluate_again"
    CONTRACT = "contract"
    CANCEL = "cancel"
    ANNUL = "annul"
    RETENDER = "retender"
    PASS_TIME = "pass_time"  # noqa: S105


S, A = State, Act


@dataclass(frozen=True, slots=True)
class Fact:
    """A condition on a row at a moment: "set" or "unset" of a column; of a date also "past" (at or before
    the moment) and "future" (after it). An empty date is neither."""

    column: str
    is_: str

    def holds(self, row: Any, now: dt.datetime) -> bool:
        value = getattr(row, self.column)
        if self.is_ == "unset":
            return value is None
        if value is None or self.is_ == "set":
            return value is not None
        return bool(value <= now) if self.is_ == "past" else bool(value > now)

    def sql(self) -> str:
        """Over row `t` at `moment`."""
        asked = {"set": "IS NOT NULL", "unset": "IS NULL", "past": "<= moment", "future": "> moment"}
        return f"t.{self.column} {asked[self.is_]}"


def _is(**facts: str) -> tuple[Fact, ...]:
    return tuple(Fact(column, is_) for column, is_ in facts.items())


RULES: tuple[tuple[State, tuple[Fact, ...]], ...] = (
    (S.RETENDERED, _is(retendered_at="set")),
    (S.VOID, _is(void_at="set")),
    (S.CANCELLED, _is(cancelled_at="set")),
    (S.FAILED, _is(failed_at="set")),
    (S.SUSPENDED, _is(suspended_at="set")),
    (S.CONTRACTED, _is(contracted_at="set")),
    (S.STANDSTILL, _is(awarded_at="set", standstill_until="future")),
    (S.AWARDED, _is(awarded_at="set")),
    (S.EVALUATING, _is(opened_at="set")),
    (S.OPENING, _is(opening_at="set")),
    (S.REVIEWED, _is(published_at="unset", reviewed_at="set")),
    (S.IN_REVIEW, _is(published_at="unset", submitted_at="set")),
    (S.RETURNED, _is(published_at="unset", returned_at="set")),
    (S.DRAFT, _is(published_at="unset")),
    (S.CLOSED, _is(closes_at="past")),
    (S.POSTPONED, _is(resumes_at="future")),
    (S.CLARIFYING, _is(opens_at="future", questions_until="future")),
    (S.PUBLISHED, _is(opens_at="future")),
)
"""The first rule that holds gives the state; where none does, the tender is open for bids."""

OTHERWISE = State.OPEN
STATE_FACTS = tuple(dict.fromkeys(fact.column for _state, facts in RULES for fact in facts))

UNPUBLISHED = (S.DRAFT, S.IN_REVIEW, S.RETURNED, S.REVIEWED)
BEFORE_BIDS = (S.PUBLISHED, S.CLARIFYING)
TAKING = (*BEFORE_BIDS, S.OPEN)
UNOPENED = (*TAKING, S.POSTPONED, S.CLOSED, S.OPENING)
DECIDING = (S.EVALUATING, S.STANDSTILL, S.AWARDED)
ENDED = (S.CANCELLED, S.FAILED, S.VOID)
PUBLIC = tuple(state for state in State if state not in UNPUBLISHED)


def state_of(row: Any, now: dt.datetime) -> State:
    """The state that follows from a row's facts at a moment."""
    return next((state for state, facts in RULES if all(f.holds(row, now) for f in facts)), OTHERWISE)


@dataclass(frozen=True, slots=True)
class Transition:
    """An act, in which states it may be done, to which it may lead, who does it, whether it says why."""

    act: Act
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: str
    reason: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition(A.SUBMIT, (S.DRAFT, S.RETURNED), (S.IN_REVIEW,), "owner"),
    Transition(A.TAKE_BACK, (S.IN_REVIEW, S.REVIEWED), (S.DRAFT,), "owner"),
    Transition(A.RETURN, (S.IN_REVIEW, S.REVIEWED), (S.RETURNED,), "reviewer", reason=True),
    Transition(A.PASS_REVIEW, (S.IN_REVIEW,), (S.REVIEWED,), "reviewer"),
    Transition(A.PUBLISH, (S.REVIEWED,), TAKING, "publisher"),
    Transition(A.AMEND, (*TAKING, S.POSTPONED), (*TAKING, S.POSTPONED), "owner", reason=True),
    Transition(A.POSTPONE, (*TAKING, S.POSTPONED), (*TAKING, S.POSTPONED), "owner", reason=True),
    Transition(A.SUSPEND, (*UNOPENED, *DECIDING), (S.SUSPENDED,), "regulator", reason=True),
    Transition(A.RESUME, (S.SUSPENDED,), (*UNOPENED, *DECIDING), "regulator", reason=True),
    Transition(A.BEGIN_OPENING, (S.CLOSED,), (S.OPENING,), "trustees"),
    Transition(A.OPEN, (S.CLOSED, S.OPENING), (S.EVALUATING, S.FAILED), "trustees"),
    Transition(A.LAPSE, (S.CLOSED, S.OPENING), (S.VOID,), "clock"),
    Transition(A.FAIL, (S.EVALUATING,), (S.FAILED,), "owner"),
    Transition(A.AWARD, (S.EVALUATING, S.STANDSTILL, S.AWARDED), (S.STANDSTILL, S.AWARDED), "owner"),
    Transition(
        A.EVALUATE_AGAIN,
        (S.STANDSTILL, S.AWARDED, S.SUSPENDED),
        (S.EVALUATING,),
        "owner, regulator, winner or clock",
        reason=True,
    ),
    Transition(A.CONTRACT, (S.AWARDED,), (S.CONTRACTED,), "owner"),
    Transition(A.CANCEL, (*UNOPENED, S.EVALUATING, S.SUSPENDED), (S.CANCELLED,), "owner", reason=True),
    Transition(A.ANNUL, (*UNOPENED, *DECIDING, S.SUSPENDED), (S.VOID,), "owner or regulator", reason=True),
    Transition(A.RETENDER, ENDED, (S.RETENDERED,), "owner"),
    Transition(A.PASS_TIME, (S.CLARIFYING,), (S.PUBLISHED, S.OPEN), "clock"),
    Transition(A.PASS_TIME, (S.PUBLISHED, S.POSTPONED), (S.CLARIFYING, S.OPEN), "clock"),
    Transition(A.PASS_TIME, (*TAKING, S.POSTPONED), (S.CLOSED,), "clock"),
    Transition(A.PASS_TIME, (S.STANDSTILL,), (S.AWARDED,), "clock"),
)

ACTS: dict[Act, Transition] = {t.act: t for t in TRANSITIONS if t.act is not A.PASS_TIME}


def allowed() -> list[tuple[Act, State, State]]:
    """Every (act, from, to) that may be, in a fixed order."""
    return sorted({(t.act, was, now) for t in TRANSITIONS for was in t.sources for now in t.targets})


def may(act: Act, state: State) -> bool:
    """Whether an act may be done in a state."""
    return act in ACTS and state in ACTS[act].sources


def acts_in(state: State) -> list[Act]:
    """What may be done in a state, in the order of the table."""
    return [act for act, t in ACTS.items() if state in t.sources]


def state_function() -> str:
    """SQL: the state of a row of tenders at a moment."""
    whens = "\n".join(
        f"        WHEN {' AND '.join(fact.sql() for fact in facts)} THEN '{state}'" for state, facts in RULES
    )
    return f"""CREATE OR REPLACE FUNCTION public.tenders_state(t public.tenders_tender, moment timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
{whens}
        ELSE '{OTHERWISE}'
    END
$$"""


def transition_function() -> str:
    """SQL: whether an act may lead from one state to another; with an empty act, whether any may."""
    rows = ",\n".join(f"        ('{act}', '{was}', '{now}')" for act, was, now in allowed())
    return f"""CREATE OR REPLACE FUNCTION public.tenders_transition(done text, was text, becomes text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT 1 FROM (VALUES
{rows}
    ) AS allowed(act, source, target)
    WHERE source = was AND target = becomes AND (act = done OR done = ''))
$$"""


def markdown() -> str:
    """The two tables of docs/tenders.md."""
    states = [
        f"| `{state}` | {', '.join(f'`{f.column}` {f.is_}' for f in facts)} |" for state, facts in RULES
    ]
    acts = [
        f"| `{t.act}` | {', '.join(t.sources)} | {', '.join(t.targets)} | {t.who} |"
        f" {'yes' if t.reason else ''} |"
        for t in TRANSITIONS
    ]
    return "\n".join(
        [
            "| state | follows from |",
            "|---|---|",
            *states,
            f"| `{OTHERWISE}` | none of these |",
            "",
            "| act | from | to | who | says why |",
            "|---|---|---|---|---|",
            *acts,
            "",
        ]
    )
