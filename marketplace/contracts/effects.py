"""A final award becomes a draft; accepted and held money goes out; a conflict stops what is under way."""

from marketplace.payments.models import Charge
from marketplace.tenders.models import Award
from regulation.decoupling.models import Check
from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now

from .errors import AlreadyDrawnUp, NotFinal, NotReviewedYet
from .models import Contract
from .operations import (
    complete_contract,
    count_complaints,
    draw_up_contract,
    look_for_anomalies,
    open_reviews,
    pay_what_is_due,
    reckon_credit,
    suspend_for,
)


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


@effect("contracts.accepted")
def pay_accepted(entry: Entry) -> None:
    """Accepted work whose money is held is paid."""
    contract = Contract.objects.filter(ref=entry.subject.partition("/")[2]).first()
    if contract is not None:
        pay_what_is_due(at=database_now(), contract=contract)


def _contract_of_charge(entry: Entry) -> Contract | None:
    charge = Charge.objects.filter(ref=entry.subject.partition("/")[2]).first()
    if charge is None or not charge.group.startswith("contracts.contract/"):
        return None
    return Contract.objects.filter(ref=charge.group.partition("/")[2]).first()


@effect("payments.funded")
def pay_funded(entry: Entry) -> None:
    """Money that came in for work accepted already goes out."""
    if (contract := _contract_of_charge(entry)) is not None:
        pay_what_is_due(at=database_now(), contract=contract)


@effect("payments.released")
def complete(entry: Entry) -> None:
    """With the last payment the contract is complete."""
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
