"""A final award becomes a draft; accepted and held money goes out; a conflict stops what is under way."""

from contextlib import suppress

from django.db.models import QuerySet

from marketplace.payments.models import Charge
from marketplace.tenders.models import Award
from marketplace.tenders.over import over_where
from regulation.decoupling.models import Check
from regulation.decoupling.queries import CHANGES
from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now

from .errors import AlreadyDrawnUp, GateClosed, NotFinal, NotReviewedYet
from .models import Contract, Dispute
from .noticing import KINDS, notice_of_contract, notice_of_opening
from .operations import (
    charge_settled_again,
    complete_contract,
    count_complaints,
    draw_up_contract,
    fall_with_award,
    go_on_with_tender,
    look_back_after,
    look_for_anomalies,
    name_mediator,
    open_reviews,
    pay_what_is_due,
    reckon_credit,
    refund_what_is_due,
    stop_for_complaint,
    stop_with_tender,
    suspend_for,
)
from .queries import awards_over
from .telling import tell_sides_of_mending, tell_sides_of_money

over_where(awards_over)


def _key(urn: str, prefix: str) -> int:
    """The key in a URN of this kind; 0, which no row has, in any other."""
    name, _, key = urn.partition("/")
    return int(key) if name == prefix and key.isdigit() and len(key) < 18 else 0


@effect("tenders.award_final")
def draw_up(entry: Entry) -> None:
    """The clock of signing runs from now on, whether or not anybody looks."""
    award = Award.objects.filter(pk=_key(str(body_of(entry).get("award", "")), "tenders.award")).first()
    if award is not None:
        try:
            draw_up_contract(award=award, at=database_now())
        except (AlreadyDrawnUp, NotFinal):
            return


def _contract_of(entry: Entry) -> Contract | None:
    return Contract.objects.filter(ref=entry.subject.partition("/")[2]).first()


def _move(contract: Contract) -> None:
    """Held money goes where acceptance or a settlement sends it; with nothing to move it may be complete."""
    pay_what_is_due(at=database_now(), contract=contract)
    refund_what_is_due(at=database_now(), contract=contract)
    complete_contract(contract=contract, at=database_now())


@effect(*KINDS)
def tell_in_the_inbox(entry: Entry) -> None:
    """The sides find it in their inboxes."""
    notice_of_contract(entry)


@effect("contracts.department_opened")
def tell_the_department(entry: Entry) -> None:
    """Its people find it in their inboxes."""
    notice_of_opening(entry)


@effect("contracts.accepted", "contracts.settled", "contracts.terminated")
def pay_accepted(entry: Entry) -> None:
    """Accepted work whose money is held is paid; what was settled is carried out."""
    if (contract := _contract_of(entry)) is not None:
        _move(contract)


@effect("contracts.decision_asked", "contracts.seat_ended")
def name_next(entry: Entry) -> None:
    """Where a decision is asked for and nobody sits, the next mediator is named."""
    ref = str(body_of(entry).get("dispute") or "")
    if (dispute := Dispute.objects.select_related("milestone").filter(ref=ref).first()) is not None:
        name_mediator(dispute=dispute, at=database_now())


def _contract_of_charge(entry: Entry) -> Contract | None:
    charge = Charge.objects.filter(ref=entry.subject.partition("/")[2]).first()
    if charge is None or not charge.group.startswith("contracts.contract/"):
        return None
    return Contract.objects.filter(ref=charge.group.partition("/")[2]).first()


@effect("payments.funded")
def pay_funded(entry: Entry) -> None:
    """Money that came in for work accepted or settled already goes out."""
    if (contract := _contract_of_charge(entry)) is not None:
        pay_what_is_due(at=database_now(), contract=contract)
        refund_what_is_due(at=database_now(), contract=contract)


@effect("payments.reversed", "payments.reinstated", "payments.returned")
def tell_of_the_bank(entry: Entry) -> None:
    """Both sides learn that money held or paid out for them was taken back, or came back."""
    if (contract := _contract_of_charge(entry)) is not None:
        tell_sides_of_money(contract, entry)
        _move(contract)


@effect("contracts.mending_over")
def tell_of_mending(entry: Entry) -> None:
    """Both sides learn that returned work did not come in time, and what may follow."""
    if (contract := _contract_of(entry)) is not None:
        tell_sides_of_mending(contract, entry)


@effect("payments.hold_ended")
def move_again(entry: Entry) -> None:
    """What was held back goes where it belongs."""
    if (contract := _contract_of_charge(entry)) is not None:
        _move(contract)


@effect("payments.order_failed")
def charge_again(entry: Entry) -> None:
    """A payment begun before a settlement failed: what is owed becomes what the settlement leaves."""
    if (contract := _contract_of_charge(entry)) is not None:
        for milestone in contract.milestones.filter(settlement__isnull=False):
            charge_settled_again(milestone=milestone, at=database_now())
        _move(contract)


@effect("payments.released", "payments.refunded")
def complete(entry: Entry) -> None:
    """With the last payment or refund the contract is complete."""
    if (contract := _contract_of_charge(entry)) is not None:
        complete_contract(contract=contract, at=database_now())


@effect("decoupling.conflict_found")
def suspend(entry: Entry) -> None:
    """A conflict known after the award suspends its contract, before and after signing."""
    body = body_of(entry)
    ref = str(body.get("of") or "").removeprefix("tenders.tender/")
    check = Check.objects.filter(pk=_key(str(body.get("check") or ""), "decoupling.check")).first()
    if not body.get("closed") or check is None:
        return
    for contract in Contract.objects.filter(award__tender__ref=ref, award__ended_at__isnull=True):
        suspend_for(contract=contract, check=check, at=database_now())


@effect(*CHANGES)
def look_back_after_change(entry: Entry) -> None:
    """What is over is judged by the days it ran, now that the record says something else of them."""
    look_back_after(entry=entry, at=database_now())


def _of_tender(entry: Entry) -> QuerySet[Contract]:
    """The contracts of awards that stand of the tender an entry is about."""
    ref = entry.subject.removeprefix("tenders.tender/")
    return Contract.objects.filter(award__tender__ref=ref, award__ended_at__isnull=True)


@effect("tenders.suspended")
def stand_still(entry: Entry) -> None:
    """A suspended tender has no contract signed meanwhile."""
    for contract in _of_tender(entry).filter(award__tender__suspended_at__isnull=False):
        stop_with_tender(contract=contract, at=database_now())


@effect("tenders.resumed")
def go_on(entry: Entry) -> None:
    """What stood still for its tender alone goes on, if the gate is clear; else the regulators see why."""
    for contract in _of_tender(entry).filter(award__tender__suspended_at__isnull=True):
        with suppress(GateClosed):
            go_on_with_tender(contract=contract, at=database_now())


@effect("tenders.award_ended")
def fall(entry: Entry) -> None:
    """What was not signed when its award ended cannot be signed any more."""
    key = _key(str(body_of(entry).get("award") or ""), "tenders.award")
    for contract in Contract.objects.filter(award=key):
        fall_with_award(contract=contract, at=database_now())


@effect("tenders.upheld_after_signing")
def stop_what_was_signed(entry: Entry) -> None:
    """A complaint was right, and the contract is signed: it is stopped for the regulators to follow up."""
    for contract in _of_tender(entry):
        stop_for_complaint(
            contract=contract, reason=str(body_of(entry).get("reason") or ""), at=database_now()
        )


def _contract(entry: Entry) -> Contract | None:
    return (
        Contract.objects.filter(ref=entry.subject.partition("/")[2]).select_related("seller", "buyer").first()
    )


@effect("contracts.completed", "contracts.terminated")
def begin_reviews(entry: Entry) -> None:
    """The work is over: both sides, the department and the centre review it."""
    if (contract := _contract(entry)) is not None:
        try:
            open_reviews(contract=contract, at=database_now())
        except NotReviewedYet:
            return


@effect("contracts.reviews_disclosed")
def reckon_after_reviews(entry: Entry) -> None:
    """Disclosed reviews move the credit of the intermediary, and are looked at for what is odd."""
    if (contract := _contract(entry)) is not None:
        reckon_credit(entity=contract.seller, at=database_now())
        look_for_anomalies(contract=contract)


@effect("contracts.objection_raised", "contracts.complaint_raised")
def look_after_a_plea(entry: Entry) -> None:
    """A review that follows an objection or a complaint at once is a reason to look."""
    if (contract := _contract(entry)) is not None:
        look_for_anomalies(contract=contract)


@effect("contracts.plea_decided")
def follow_a_decision(entry: Entry) -> None:
    """A review that is set aside counts no longer; verified complaints are counted."""
    if (contract := _contract(entry)) is not None:
        reckon_credit(entity=contract.seller, at=database_now())
        count_complaints(entity=contract.seller, at=database_now())
