"""A contract in force changes by a new version that every side signs; its price is public."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction

from marketplace.payments.books import to_fen, to_yuan
from marketplace.payments.errors import PaymentRefused
from marketplace.payments.operations import cancel_charge
from regulation.decoupling.models import Check, Gate
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..errors import (
    ChangeStands,
    NoChange,
    NothingDiffers,
    NotYourSide,
    OnePersonOneSide,
    ReasonMissing,
    SignedAlready,
    TextChanged,
    TooLong,
    WorkIsDone,
)
from ..life import Act, Step
from ..models import Change, Contract, Milestone, MilestoneCharge, Version
from ..queries import (
    charge_of,
    comes_to,
    days_given_back,
    due_day,
    later_day,
    milestones_of,
    signatures_of,
    standing_change,
)
from ..text import digest
from .acting import assert_may, do_act, locked_contract, said
from .charging import charge_milestone
from .drifting import tell_drift
from .signing import open_gate, put_signature
from .terms import terms_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a milestone shall be: its amount in yuan and working days from signing."""

    amount: Decimal
    days: int


def _is_begun(milestone: Milestone) -> bool:
    """Whether its payment was begun."""
    charge = charge_of(milestone)
    return charge is not None and charge.orders.filter(failed_at__isnull=True).exists()


def _refuse_done(milestone: Milestone, wanted: Wanted, *, at: dt.datetime) -> None:
    """Only what is not handed in may change, and of what is paid for the days alone."""
    paid = to_fen(wanted.amount) != milestone.fen and _is_begun(milestone)
    if paid or milestone.state_at(at) not in (Step.PLANNED, Step.STARTED):
        raise WorkIsDone(milestone.name)


def _differing(
    contract: Contract, wanted: Mapping[int, Wanted], *, at: dt.datetime
) -> tuple[list[Milestone], list[Milestone]]:
    """All milestones as they shall be, and those of them that differ."""
    milestones, changed = milestones_of(contract), []
    for one in milestones:
        if (new := wanted.get(one.position)) is None or (to_fen(new.amount), new.days) == (one.fen, one.days):
            continue
        one.contract = contract
        _refuse_done(one, new, at=at)
        one.fen, one.days = to_fen(new.amount), new.days
        changed.append(one)
    return milestones, changed


def propose_change(
    *,
    contract: Contract,
    side: str,
    wanted: Mapping[int, Wanted],
    days: int,
    reason: str,
    by: User,
    at: dt.datetime,
) -> Change:
    """One side proposes other amounts or days, with the reason; nothing changes before all have signed.

    Raises NotNow, ReasonMissing, ChangeStands, NothingDiffers, WorkIsDone and TooLong.
    """
    why = said(reason)
    if not why:
        raise ReasonMissing
    with transaction.atomic():
        locked = locked_contract(contract)
        assert_may(locked, Act.CHANGE, at=at)
        if standing_change(locked) is not None:
            raise ChangeStands
        milestones, changed = _differing(locked, wanted, at=at)
        if not changed and days == locked.days:
            raise NothingDiffers
        if max(m.days for m in milestones) > days:
            raise TooLong
        number = locked.versions.order_by("-number")[0].number + 1
        price = to_yuan(sum(m.fen for m in milestones))
        terms = terms_of(locked, milestones, number=number, price=price, days=days)
        version = Version.objects.create(
            contract=locked,
            number=number,
            terms=terms,
            digest=digest(terms),
            made_by=by,
            made_at=at,
            reason=why,
        )
        made = Change.objects.create(
            contract=locked, version=version, side=side, proposed_by=by, proposed_at=at
        )
        body = {"version": number, "text": version.digest, "price": str(price), "reason": why}
        record(kind="contracts.change_proposed", subject=locked, actor=by, body=body, noticeable=False)
        return made


def _standing(contract: Contract) -> Change:
    found = standing_change(contract)
    if found is None:
        raise NoChange
    return found


@transaction.atomic
def decline_change(*, contract: Contract, reason: str, by: User, at: dt.datetime) -> Change:
    """Either side turns it down, or its own back, with a reason. Raises NoChange and ReasonMissing."""
    locked = locked_contract(contract)
    held = _standing(locked)
    if not (why := said(reason)):
        raise ReasonMissing
    held.declined_at, held.declined_by, held.decline_reason = at, by, why
    held.save(update_fields=["declined_at", "declined_by", "decline_reason"])
    body = {"version": held.version.number, "reason": why}
    record(kind="contracts.change_declined", subject=locked, actor=by, body=body, noticeable=False)
    return held


def _refuse_unready(
    contract: Contract, side: str, read: str, *, by: User, at: dt.datetime
) -> tuple[Change, set[str]]:
    """The change, and who has signed it."""
    assert_may(contract, Act.CHANGE, at=at)
    held = _standing(contract)
    if held.version.digest != read:
        raise TextChanged
    if side not in contract.sides:
        raise NotYourSide
    signed = signatures_of(held.version)
    if side in signed:
        raise SignedAlready
    if any(one.signed_by_id == by.pk for one in signed.values()):
        raise OnePersonOneSide
    return held, set(signed)


def agree_to_change(
    *, contract: Contract, side: str, entity: Entity, read: str, proof: str, by: User, at: dt.datetime
) -> Contract:
    """One side signs the version it `read`; with the last signature it is what holds, through the gate.

    Raises NotNow, NoChange, TextChanged, NotYourSide, SignedAlready, OnePersonOneSide, WorkIsDone, and
    GateClosed with the check.
    """
    seen = Contract.objects.select_related("award__tender", "award__bid__tenderer").get(pk=contract.pk)
    _held, signed = _refuse_unready(seen, side, read, by=by, at=at)
    gate = None
    if {*signed, side} == set(seen.sides):
        gate = open_gate(seen, Gate.CONTRACT, by=by, at=at)
    with transaction.atomic():
        locked = locked_contract(contract)
        held, signed = _refuse_unready(locked, side, read, by=by, at=at)
        put_signature(held.version, side, entity, proof, by=by)
        body = {
            "version": held.version.number,
            "text": held.version.digest,
            "side": side,
            "entity": entity.urn,
        }
        record(
            kind="contracts.signature",
            subject=locked,
            actor=by,
            body=body | {"proof": proof},
            noticeable=False,
        )
        if {*signed, side} == set(locked.sides) and gate is not None:
            _apply(locked, held, gate, by=by, at=at)
        return locked


def _apply(contract: Contract, change: Change, gate: Check, *, by: User, at: dt.datetime) -> None:
    """The version all sides signed becomes what holds: milestones, charges, price; drift is told."""
    terms, before = change.version.terms, contract.price
    wanted = {m["position"]: Wanted(Decimal(m["amount"]), m["days"]) for m in terms["milestones"]}
    _all, changed = _differing(contract, wanted, at=at)
    try:
        with transaction.atomic():
            anew = [one for one in changed if _as_agreed(one, contract, by=by, at=at)]
    except (PaymentRefused, IntegrityError) as refusal:
        raise WorkIsDone(", ".join(one.name for one in changed)) from refusal
    price = Decimal(terms["price"])
    body = {
        "version": change.version.number,
        "text": change.version.digest,
        "before": str(before),
        "price": str(price),
        "check": gate.urn,
    }
    do_act(
        contract,
        Act.CHANGE,
        kind="contracts.changed",
        by=by,
        at=at,
        reason=change.version.reason,
        body=body,
        noticeable=True,
        version_no=change.version.number,
        price=price,
        days=terms["days"],
        gate=gate,
    )
    for one in anew:
        charge_milestone(milestone=one, payer=contract.payer, by=by)
    change.agreed_at = at
    change.save(update_fields=["agreed_at"])
    tell_drift(contract, fen=comes_to(contract))


def _as_agreed(milestone: Milestone, contract: Contract, *, by: User, at: dt.datetime) -> bool:
    """The milestone becomes as agreed. Whether it is to be charged again once the version holds.

    The old charge ends, but for one whose payment was begun: then only the days change. Days that were given
    back for a suspension stay given.
    """
    begun = _is_begun(milestone)
    held = MilestoneCharge.objects.filter(milestone=milestone, ended_at__isnull=True).first()
    if held is not None and not begun:
        cancel_charge(charge=held.charge, by=by, at=at)
        held.ended_at = at
        held.save(update_fields=["ended_at"])
    signed, was = contract.signed_at or at, Milestone.objects.get(pk=milestone.pk)
    milestone.due_on = later_day(
        due_day(signed, milestone.days), days_given_back(signed, was.days, was.due_on)
    )
    milestone.save(update_fields=["fen", "days", "due_on"])
    return not begun
