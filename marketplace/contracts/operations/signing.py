"""Laid before all sides, signed by each through a person who may bind it; or lapsed."""

import datetime as dt

from django.db import IntegrityError, transaction

from marketplace.tenders.errors import GateShut
from marketplace.tenders.models import EndKind, Tender
from marketplace.tenders.operations import end_unsigned_award, mark_contracted, pass_later_gate
from regulation.decoupling.models import Check, Gate
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..errors import (
    AwardStopped,
    DoesNotAddUp,
    GateClosed,
    NotYourSide,
    OnePersonOneSide,
    SignedAlready,
    TextChanged,
    TooLate,
)
from ..life import Act, State
from ..models import Contract, Signature, Version
from ..queries import due_day, latest_version, milestones_of, signatures_of
from ..text import digest
from .acting import assert_may, do_act, locked_contract
from .charging import charge_milestones
from .terms import terms_of


@transaction.atomic
def offer_contract(*, contract: Contract, by: User, at: dt.datetime) -> Version:
    """The buyer lays the draft before all sides: a version whose text no longer changes.

    Raises NotNow, TooLate, and DoesNotAddUp where its milestones are not worth its price.
    """
    locked = locked_contract(contract)
    assert_may(locked, Act.OFFER, at=at)
    if at >= locked.sign_by:
        raise TooLate
    milestones = milestones_of(locked)
    if sum(m.fen for m in milestones) != locked.price * 100:
        raise DoesNotAddUp
    number = locked.version_no + 1
    terms = terms_of(locked, milestones, number=number, price=locked.price, days=locked.days)
    made = Version.objects.create(
        contract=locked, number=number, terms=terms, digest=digest(terms), made_by=by, made_at=at
    )
    body = {"version": number, "text": made.digest, "price": str(locked.price)}
    do_act(
        locked, Act.OFFER, kind="contracts.offered", by=by, at=at, body=body, offered_at=at, version_no=number
    )
    return made


@transaction.atomic
def take_back_contract(*, contract: Contract, reason: str, by: User, at: dt.datetime) -> Contract:
    """Either side sends it back to be drawn up again; signatures under that version count for nothing."""
    locked = locked_contract(contract)
    do_act(locked, Act.TAKE_BACK, kind="contracts.taken_back", by=by, at=at, reason=reason, offered_at=None)
    return locked


def _refuse_the_unready(
    contract: Contract, side: str, read: str, *, by: User, at: dt.datetime
) -> tuple[Version, dict[str, Signature]]:
    """The version, and who has signed it. Raises what keeps a signature from counting."""
    assert_may(contract, Act.SIGN, at=at)
    if at >= contract.sign_by:
        raise TooLate
    version = latest_version(contract)
    if version is None or version.digest != read:
        raise TextChanged
    if side not in contract.sides:
        raise NotYourSide
    signed = signatures_of(version)
    if side in signed:
        raise SignedAlready
    if any(one.signed_by_id == by.pk for one in signed.values()):
        raise OnePersonOneSide
    return version, signed


def sign_contract(
    *, contract: Contract, side: str, entity: Entity, read: str, proof: str, by: User, at: dt.datetime
) -> Contract:
    """One side signs the text whose digest it `read`; with the last signature the contract is in force.

    The last one passes the conflict gate first; the check stands whatever it says. `proof` is how the person
    proved anew who it is. Raises NotNow, TooLate, TextChanged, NotYourSide, SignedAlready, OnePersonOneSide,
    AwardStopped, and GateClosed with the check: then nothing is signed.
    """
    seen = Contract.objects.select_related("award__tender", "award__bid__tenderer").get(pk=contract.pk)
    _version, signed = _refuse_the_unready(seen, side, read, by=by, at=at)
    gate = None
    if {*signed, side} == set(seen.sides):
        gate = open_gate(seen, Gate.CONTRACT, by=by, at=at)
    with transaction.atomic():
        tender = Tender.objects.select_for_update(no_key=True).get(pk=seen.award.tender_id)
        locked = locked_contract(contract)
        if tender.suspended_at is not None or locked.award.ended_at is not None:
            raise AwardStopped
        version, signed = _refuse_the_unready(locked, side, read, by=by, at=at)
        put_signature(version, side, entity, proof, by=by)
        body = {"version": version.number, "text": version.digest, "side": side, "entity": entity.urn}
        record(
            kind="contracts.signature",
            subject=locked,
            actor=by,
            body=body | {"proof": proof},
            noticeable=False,
        )
        if {*signed, side} == set(locked.sides) and gate is not None:
            _in_force(locked, tender, version, gate, by=by, at=at)
        return locked


def put_signature(version: Version, side: str, entity: Entity, proof: str, *, by: User) -> None:
    """In the caller's transaction. Raises NotYourSide, TooLate, SignedAlready and OnePersonOneSide."""
    try:
        with transaction.atomic():
            Signature.objects.create(version=version, side=side, entity=entity, signed_by=by, proof=proof)
    except IntegrityError as refusal:
        for name, meant in (
            ("signature_by_who_may_bind", NotYourSide),
            ("signature_under_what_is_offered", TooLate),
            ("signature_once_a_side", SignedAlready),
            ("signature_of_different_people", OnePersonOneSide),
        ):
            if name in str(refusal):
                raise meant from refusal
        raise


def open_gate(contract: Contract, gate: Gate, *, by: User | None, at: dt.datetime) -> Check:
    """A clear check at a gate after the award. Raises GateClosed with the one that was not."""
    try:
        return pass_later_gate(award=contract.award, gate=gate, by=by, at=at)
    except GateShut as shut:
        raise GateClosed(shut.check) from shut


def _in_force(
    contract: Contract, tender: Tender, version: Version, gate: Check, *, by: User, at: dt.datetime
) -> None:
    body = {
        "version": version.number,
        "text": version.digest,
        "price": str(contract.price),
        "check": gate.urn,
        "signatures": {side: one.entity.urn for side, one in signatures_of(version).items()},
    }
    do_act(
        contract,
        Act.SIGN,
        kind="contracts.signed",
        by=by,
        at=at,
        body=body,
        noticeable=True,
        signed_at=at,
        gate=gate,
    )
    for milestone in milestones_of(contract):
        milestone.due_on = due_day(at, milestone.days)
        milestone.save(update_fields=["due_on"])
    mark_contracted(tender, by=by, at=at, body={"contract": contract.urn, "text": version.digest})
    charge_milestones(contract, by=by)


@transaction.atomic
def fall_with_award(*, contract: Contract, at: dt.datetime) -> Contract:
    """The award ended before every side had signed: there is nothing to sign. Twice changes nothing."""
    locked = locked_contract(contract)
    if locked.signed_at is None and locked.lapsed_at is None and locked.award.ended_at is not None:
        body = {"award": locked.award.urn, "reason": locked.award.end_reason}
        do_act(
            locked,
            Act.LAPSE,
            kind="contracts.fell_with_award",
            by=None,
            at=at,
            body=body,
            noticeable=True,
            lapsed_at=at,
        )
    return locked


@transaction.atomic
def lapse_contract(*, contract: Contract, at: dt.datetime) -> Contract:
    """Not signed in time: the contract lapses, and the award with it. Twice changes nothing.

    Where the owner signed and the winner did not, the winner is out and the runner-up moves up. Else the
    fault is the owner's: the bids are evaluated again, the winner's among them, and regulators learn it.
    """
    tender_id = Contract.objects.values_list("award__tender", flat=True).get(pk=contract.pk)
    Tender.objects.select_for_update(no_key=True).get(pk=tender_id)
    locked = locked_contract(contract)
    if locked.state_at(at) not in (State.DRAFT, State.OFFERED) or at < locked.sign_by:
        return locked
    version = latest_version(locked) if locked.offered_at else None
    signed = signatures_of(version)
    winner = "buyer" in signed and "seller" not in signed
    why = "winner_did_not_sign" if winner else "owner_did_not_sign"
    body = {
        "why": why,
        "buyer": locked.buyer.urn,
        "seller": locked.seller.urn,
        "department": locked.department.urn,
        "award": locked.award.urn,
    }
    do_act(
        locked, Act.LAPSE, kind="contracts.lapsed", by=None, at=at, body=body, noticeable=True, lapsed_at=at
    )
    end_unsigned_award(
        award=locked.award,
        kind=EndKind.UNSIGNED if winner else EndKind.LAPSED,
        reason="中标人未在期限内签订合同" if winner else "采购人未在期限内签订合同",
        at=at,
    )
    return locked
