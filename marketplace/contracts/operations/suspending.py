"""A conflict, or a regulator, suspends a contract; a regulator lets it go on once the gate is clear."""

import datetime as dt

from django.db import transaction

from regulation.decoupling.models import Check, Gate
from regulation.parties.models import User

from ..errors import NotNow
from ..life import CONTRACT, UNSIGNED, Act, State
from ..models import Contract
from .acting import assert_may, do_act, locked_contract, said
from .giving_back import give_back
from .signing import open_gate

WITH_ITS_TENDER = "招标项目已暂停"
UPHELD = "合同签订后投诉成立"


@transaction.atomic
def suspend_contract(
    *, contract: Contract, reason: str, by: User | None, at: dt.datetime, check: Check | None = None
) -> Contract:
    """Stop work, acceptance and payment until it is resumed. Raises NotNow and ReasonMissing."""
    locked = locked_contract(contract)
    body = {"check": check.urn, "rule": check.rule_code} if check else {}
    do_act(
        locked,
        Act.SUSPEND,
        kind="contracts.suspended",
        by=by,
        at=at,
        reason=reason,
        body=body,
        noticeable=locked.signed_at is not None,
        suspended_at=at,
        suspend_reason=said(reason),
        suspended_by_check=check,
    )
    return locked


def suspend_for(*, contract: Contract, check: Check, at: dt.datetime) -> bool:
    """Suspend for what a check found; nothing where it is suspended or over already. Whether it was done."""
    if not CONTRACT.may(Act.SUSPEND, contract.state_at(at)):
        return False
    try:
        suspend_contract(contract=contract, reason="利益冲突审查未通过", by=None, at=at, check=check)
    except NotNow:
        return False
    return True


def stop_with_tender(*, contract: Contract, at: dt.datetime) -> None:
    """While its tender is suspended a contract that is not signed stands still, its clock too."""
    if contract.state_at(at) in UNSIGNED:
        suspend_contract(contract=contract, reason=WITH_ITS_TENDER, by=None, at=at)


def go_on_with_tender(*, contract: Contract, at: dt.datetime) -> None:
    """The tender goes on, and with it what stood still for that alone. Raises GateClosed with the check."""
    if contract.state_at(at) is State.SUSPENDED and contract.suspend_reason == WITH_ITS_TENDER:
        resume_contract(contract=contract, reason="招标项目已恢复", by=None, at=at)


def stop_for_complaint(*, contract: Contract, reason: str, at: dt.datetime) -> None:
    """A complaint was upheld once the contract was signed: no work and no payment until regulators say."""
    if CONTRACT.may(Act.SUSPEND, contract.state_at(at)):
        suspend_contract(contract=contract, reason=f"{UPHELD}：{reason}", by=None, at=at)


def resume_contract(*, contract: Contract, reason: str, by: User | None, at: dt.datetime) -> Contract:
    """Let it go on, once the conflict gate is clear again; every clock gets the lost time back.

    Raises NotNow, ReasonMissing, and GateClosed with the check.
    """
    seen = Contract.objects.select_related("award__tender", "award__bid__tenderer").get(pk=contract.pk)
    assert_may(seen, Act.RESUME, at=at)
    gate = open_gate(seen, Gate.CONTRACT, by=by, at=at)
    with transaction.atomic():
        locked = locked_contract(contract)
        since = locked.suspended_at
        do_act(
            locked,
            Act.RESUME,
            kind="contracts.resumed",
            by=by,
            at=at,
            reason=reason,
            body={"check": gate.urn, "since": since.isoformat() if since else ""},
            noticeable=locked.signed_at is not None,
            suspended_at=None,
            suspend_reason="",
            suspended_by_check=None,
        )
        if since is not None:
            give_back(locked, since=since, at=at)
        return locked
