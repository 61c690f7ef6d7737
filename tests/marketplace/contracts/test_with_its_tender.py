"""What happens to a tender and to its award after the standstill happens to the contract too."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.contracts import effects, errors
from marketplace.contracts.life import State
from marketplace.contracts.models import Contract
from marketplace.contracts.operations import resume_contract, suspend_contract
from marketplace.contracts.tasks import lapse_unsigned
from marketplace.tenders import operations as tender_operations
from marketplace.tenders.life import State as TenderState
from marketplace.tenders.models import Award, Challenge, EndKind
from regulation.ledger.models import Entry
from tests.factories import contracts, tenders, world

pytestmark = pytest.mark.django_db


def now() -> dt.datetime:
    return timezone.now()


def told(kind: str) -> Entry:
    return Entry.objects.filter(kind=kind).latest("pk")


def state(contract: Contract) -> State:
    contract.refresh_from_db()
    return contract.state_at(now())


def suspend(contract: Contract) -> None:
    tender = contract.award.tender
    tender_operations.suspend_tender(tender=tender, reason="核查", by=world.user(), at=now())
    contracts.commit()


def test_nothing_is_signed_while_the_tender_is_suspended_and_the_time_comes_back():
    held = contracts.offered()
    due = held.sign_by
    suspend(held)
    with pytest.raises(errors.AwardStopped):
        contracts.sign(held, "buyer")
    effects.stand_still(told("tenders.suspended"))
    assert state(held) is State.SUSPENDED
    tender_operations.resume_tender(
        tender=held.award.tender, reason="核查完毕", by=world.user(), at=now() + dt.timedelta(hours=5)
    )
    contracts.commit()
    effects.go_on(told("tenders.resumed"))
    assert state(held) is State.OFFERED
    assert held.sign_by > due


def test_what_a_conflict_suspended_does_not_go_on_with_the_tender():
    held = contracts.offered()
    suspend(held)
    suspend_contract(contract=held, reason="利益冲突", by=world.user(), at=now())
    contracts.commit()
    tender_operations.resume_tender(tender=held.award.tender, reason="完毕", by=world.user(), at=now())
    contracts.commit()
    effects.go_on(told("tenders.resumed"))
    assert state(held) is State.SUSPENDED


def test_a_suspended_tender_ends_no_unsigned_award():
    held = contracts.offered()
    suspend(held)
    tender_operations.end_unsigned_award(award=held.award, kind=EndKind.LAPSED, reason="逾期", at=now())
    held.award.refresh_from_db()
    assert held.award.ended_at is None
    assert lapse_unsigned() == 0


@pytest.mark.parametrize("suspended", [False, True], ids=["offered", "suspended"])
def test_an_unsigned_contract_falls_with_its_award(suspended):
    held = contracts.offered()
    if suspended:
        suspend(held)
        effects.stand_still(told("tenders.suspended"))
    tender_operations.annul_tender(tender=held.award.tender, reason="程序违法", by=world.user(), at=now())
    contracts.commit()
    for _twice in range(2):
        effects.fall(told("tenders.award_ended"))
    assert state(held) is State.LAPSED
    assert Entry.objects.filter(kind="contracts.fell_with_award").count() == 1


def test_the_database_signs_nothing_whose_award_ended_and_lapses_nothing_signed_or_early():
    held = contracts.offered()
    with pytest.raises(IntegrityError, match="contract_lapses_only_after_its_day"), transaction.atomic():
        Contract.objects.filter(pk=held.pk).update(lapsed_at=now())
    in_force = contracts.signed()
    with pytest.raises(IntegrityError, match=r"contract_(lapses|goes)_only"), transaction.atomic():
        Contract.objects.filter(pk=in_force.pk).update(lapsed_at=now())
    tender_operations.annul_tender(tender=held.award.tender, reason="程序违法", by=world.user(), at=now())
    contracts.commit()
    with pytest.raises(IntegrityError, match="contract_of_a_final_award"), transaction.atomic():
        Contract.objects.filter(pk=held.pk).update(signed_at=now())


def complained(contract: Contract) -> Challenge:
    """A complaint about the award of a contract, ready for the second regulator."""
    award = Award.objects.get(pk=contract.award_id)
    made = Challenge.objects.get(award=award)
    tender_operations.complain(challenge=made, text="不服", by=world.user(), at=now())
    by = world.user()
    tender_operations.take_up_complaint(challenge=made, accept=True, reason="受理", by=by, at=now())
    tender_operations.propose_decision(
        challenge=made, upheld=True, decision="评分错误", remedy="void", by=by, at=now()
    )
    return made


def test_a_complaint_upheld_after_the_signature_stops_the_contract_and_leaves_the_award():
    award, (_won, lost) = tenders.awarded()
    made = tenders.challenge(award, lost)
    tender_operations.answer_challenge(
        challenge=made, upheld=False, answer="评分无误", by=world.user(), at=now()
    )
    held = contracts.signed(contracts.of_award(award))
    tender_operations.decide_complaint(challenge=complained(held), by=world.user(), at=now())
    contracts.commit()
    award.refresh_from_db()
    assert award.ended_at is None
    assert award.tender.state_at(now()) is not TenderState.VOID
    effects.stop_what_was_signed(told("tenders.upheld_after_signing"))
    assert state(held) is State.SUSPENDED
    assert "评分错误" in held.suspend_reason
    resume_contract(contract=held, reason="监管部门决定继续履行", by=world.user(), at=now())
    assert state(held) is State.IN_FORCE
