"""The one way a fact of a contract or milestone changes: an act its table allows, with its entry."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import life
from ..errors import NotNow, ReasonMissing
from ..models import Contract, ContractAct, Milestone

REASON_LIMIT = 600
_REFUSALS = (
    "contract_goes_only_where_it_may",
    "milestone_goes_only_where_it_may",
    "milestone_moves_in_a_contract_in_force",
    "contract_act_is_allowed",
)


def locked_contract(contract: Contract) -> Contract:
    """The row as it stands, held until the caller's transaction ends."""
    return Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)


def locked_milestone(milestone: Milestone) -> Milestone:
    """The milestone under the lock of its contract: the contract is always locked first."""
    contract = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=milestone.contract_id)
    locked = Milestone.objects.select_for_update(no_key=True, of=("self",)).get(pk=milestone.pk)
    locked.contract = contract
    return locked


def said(reason: str) -> str:
    return reason.replace("\0", "").strip()[:REASON_LIMIT]


def assert_may(of: Contract | Milestone, act: life.Act, *, at: dt.datetime) -> None:
    """Raises NotNow where the act may not be done at that moment."""
    machine = life.CONTRACT if isinstance(of, Contract) else life.MILESTONE
    state = of.state_at(at)
    if not machine.may(act, state):
        raise NotNow(act, state)
    if isinstance(of, Milestone) and act is not life.Act.CANCEL:
        assert_in_force(of.contract, act, at=at)


def assert_in_force(contract: Contract, act: life.Act, *, at: dt.datetime) -> None:
    """Raises NotNow where its clocks stand still, or do not run yet or any more."""
    state = contract.state_at(at)
    if state is not life.State.IN_FORCE:
        raise NotNow(act, state)


def do_act(
    of: Contract | Milestone,
    act: life.Act,
    *,
    kind: str,
    by: User | None,
    at: dt.datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
    noticeable: bool = False,
    **facts: Any,
) -> ContractAct:
    """Set `facts` on a contract or milestone the caller has locked, and put the act beside it with its entry.

    To be called in a transaction. Raises NotNow and ReasonMissing; nothing is then written.
    """
    assert_may(of, act, at=at)
    machine = life.CONTRACT if isinstance(of, Contract) else life.MILESTONE
    why = said(reason)
    if machine.acts[act].reason and not why:
        raise ReasonMissing
    contract, milestone = (of, None) if isinstance(of, Contract) else (of.contract, of)
    was = of.state_at(at)
    told = (body or {}) | ({"reason": why} if why else {})
    if milestone is not None:
        told |= {"milestone": milestone.position, "name": milestone.name}
    for name, value in facts.items():
        setattr(of, name, value)
    done = ContractAct(
        contract=contract, milestone=milestone, act=act, from_state=was, at=at, actor=by, reason=why
    )
    with _told_as_not_now(act, was), transaction.atomic():
        if facts:
            of.save(update_fields=list(facts))
        done.entry = record(kind=kind, subject=contract, actor=by, body=told, noticeable=noticeable)
        done.to_state = of.state_at(at)
        done.save(force_insert=True)
    return done


@contextmanager
def _told_as_not_now(act: life.Act, was: life.State | life.Step) -> Iterator[None]:
    """What the database refuses because of the state is told as the operation tells it."""
    try:
        yield
    except IntegrityError as refusal:
        if any(name in str(refusal) for name in _REFUSALS):
            raise NotNow(act, was) from refusal
        raise
