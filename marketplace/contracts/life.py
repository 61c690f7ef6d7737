"""The life of a contract and of its milestones: two tables, each enforced by the database. Pure."""

from enum import StrEnum

from .machine import Machine, Transition, facts


class State(StrEnum):
    """Where a contract stands."""

    DRAFT = "draft"
    OFFERED = "offered"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    TERMINATED = "terminated"
    COMPLETED = "completed"


class Step(StrEnum):
    """Where a milestone stands."""

    PLANNED = "planned"
    STARTED = "started"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What somebody does with a contract, or with one of its milestones."""

    OFFER = "offer"
    TAKE_BACK = "take_back"
    SIGN = "sign"
    LAPSE = "lapse"
    CHANGE = "change"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    COMPLETE = "complete"
    START = "start"
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    ACCEPT_BY_RULE = "accept_by_rule"
    DISPUTE = "dispute"
    SETTLE = "settle"
    CANCEL = "cancel"


S, M, A = State, Step, Act

CONTRACT = Machine(
    name="contracts_contract",
    table="contracts_contract",
    rules=(
        (S.LAPSED, facts(lapsed_at="set")),
        (S.TERMINATED, facts(terminated_at="set")),
        (S.COMPLETED, facts(completed_at="set")),
        (S.SUSPENDED, facts(suspended_at="set")),
        (S.IN_FORCE, facts(signed_at="set")),
        (S.OFFERED, facts(offered_at="set")),
    ),
    otherwise=S.DRAFT,
    transitions=(
        Transition(A.OFFER, (S.DRAFT,), (S.OFFERED,), "buyer"),
        Transition(A.TAKE_BACK, (S.OFFERED,), (S.DRAFT,), "either side", reason=True),
        Transition(A.SIGN, (S.OFFERED,), (S.IN_FORCE,), "all sides"),
        Transition(A.LAPSE, (S.DRAFT, S.OFFERED, S.SUSPENDED), (S.LAPSED,), "clock, or the end of the award"),
        Transition(A.CHANGE, (S.IN_FORCE,), (S.IN_FORCE,), "all sides", reason=True),
        Transition(
            A.SUSPEND, (S.DRAFT, S.OFFERED, S.IN_FORCE), (S.SUSPENDED,), "gate or regulator", reason=True
        ),
        Transition(A.RESUME, (S.SUSPENDED,), (S.DRAFT, S.OFFERED, S.IN_FORCE), "regulator", reason=True),
        Transition(
            A.TERMINATE,
            (S.IN_FORCE, S.SUSPENDED),
            (S.TERMINATED,),
            "all sides, or one after a demand",
            reason=True,
        ),
        Transition(A.COMPLETE, (S.IN_FORCE,), (S.COMPLETED,), "payment"),
    ),
)

MILESTONE = Machine(
    name="contracts_milestone",
    table="contracts_milestone",
    rules=(
        (M.CANCELLED, facts(cancelled_at="set")),
        (M.ACCEPTED, facts(accepted_at="set")),
        (M.DISPUTED, facts(disputed_at="set")),
        (M.SUBMITTED, facts(submitted_at="set")),
        (M.RETURNED, facts(returned_at="set")),
        (M.STARTED, facts(started_at="set")),
    ),
    otherwise=M.PLANNED,
    transitions=(
        Transition(A.START, (M.PLANNED,), (M.STARTED,), "seller"),
        Transition(A.SUBMIT, (M.STARTED, M.RETURNED), (M.SUBMITTED,), "seller"),
        Transition(A.RETURN, (M.SUBMITTED,), (M.RETURNED,), "buyer, once", reason=True),
        Transition(A.ACCEPT, (M.SUBMITTED,), (M.ACCEPTED,), "buyer"),
        Transition(A.ACCEPT_BY_RULE, (M.SUBMITTED,), (M.ACCEPTED,), "clock"),
        Transition(
            A.DISPUTE, (M.STARTED, M.SUBMITTED, M.RETURNED), (M.DISPUTED,), "either side", reason=True
        ),
        Transition(
            A.SETTLE,
            (M.DISPUTED,),
            (M.STARTED, M.SUBMITTED, M.RETURNED, M.ACCEPTED, M.CANCELLED),
            "both sides or a mediator",
            reason=True,
        ),
        Transition(
            A.CANCEL,
            (M.PLANNED, M.STARTED, M.SUBMITTED, M.RETURNED),
            (M.CANCELLED,),
            "end of contract",
            reason=True,
        ),
    ),
)

PUBLIC = (S.IN_FORCE, S.SUSPENDED, S.TERMINATED, S.COMPLETED)
"""States of a signed contract; what is signed is public, also when it was suspended since."""
UNSIGNED = (S.DRAFT, S.OFFERED)
