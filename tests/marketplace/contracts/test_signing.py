"""Made of a final award, laid before all sides, signed by who may bind them, when the gate is clear."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.life import Act, State
from marketplace.contracts.models import Contract, Milestone, Schedule, Signature, Version
from marketplace.contracts.operations.acting import do_act
from marketplace.contracts.queries import latest_version, to_draw_up, to_sign
from marketplace.contracts.tasks import lapse_unsigned
from marketplace.contracts.text import digest
from marketplace.payments.models import Charge
from marketplace.tenders.life import State as TenderState
from marketplace.tenders.standing import bids_in_the_running
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import contracts, tenders, world

pytestmark = pytest.mark.django_db


def test_a_contract_takes_parties_price_and_milestones_from_its_award():
    made = contracts.drawn_up("950.00", "900.00")
    tender = made.award.tender
    assert (made.buyer, made.seller, made.payer) == (tender.owner, made.award.bid.tenderer, tender.owner)
    assert (made.price, made.state_at(timezone.now())) == (Decimal("900.00"), State.DRAFT)
    assert [(m.fen, m.days) for m in made.milestones.all()] == [(27000, 2), (45000, 8), (18000, 10)]
    assert all(m.checklist for m in made.milestones.all())
    with pytest.raises(errors.AlreadyDrawnUp):
        operations.draw_up_contract(award=made.award, at=timezone.now())


def test_no_contract_before_the_award_is_final():
    award, _bids = tenders.awarded()
    with pytest.raises(errors.NotFinal):
        operations.draw_up_contract(award=award, at=timezone.now())
    assert not Contract.objects.exists()


def test_the_department_pays_where_the_ruling_says_it_commissions():
    approval, service = world.approval(), world.service()
    ruling = world.ruling(necessity="commissioned", approval=approval, service=service)
    made = contracts.drawn_up(approval=approval, service=service, ruling=ruling)
    assert (made.payer, made.sides) == (approval.department, ["buyer", "seller", "payer"])
    signed = contracts.signed(made)
    assert {charge.payer for charge in Charge.objects.all()} == {approval.department}
    with pytest.raises(errors.ApplicantDoesNotPay, match="article 43"):
        operations.charge_milestone(milestone=contracts.first(signed), payer=signed.buyer, by=None)


def test_the_database_refuses_a_contract_that_charges_the_applicant():
    approval, service = world.approval(), world.service()
    ruling = world.ruling(necessity="commissioned", approval=approval, service=service)
    held = contracts.drawn_up(approval=approval, service=service, ruling=ruling)
    with pytest.raises(DatabaseError, match="contract_terms_stand"), transaction.atomic():
        Contract.objects.filter(pk=held.pk).update(payer=held.buyer)
    row = {
        f.attname: getattr(held, f.attname)
        for f in Contract._meta.fields
        if f.name not in ("id", "created_at")
    }
    for wrong in ({"payer_id": held.buyer_id}, {"price": 1, "bid_price": 1}, {"seller_id": held.buyer_id}):
        with pytest.raises(IntegrityError, match="contract_of_a_final_award"), transaction.atomic():
            Contract.objects.create(**row | {"ref": "x"} | wrong)


def test_the_buyer_sets_milestones_that_add_up_and_can_be_examined():
    made = contracts.drawn_up()
    one = contracts.part()
    for parts, refusal in (
        ([contracts.part(amount="899.00")], errors.DoesNotAddUp),
        ([contracts.part(days=11)], errors.TooLong),
        ([operations.Part("x", Decimal("900.00"), 1, ())], errors.NothingToCheck),
        ([], errors.NothingToCheck),
    ):
        with pytest.raises(refusal):
            operations.set_milestones(contract=made, parts=parts, by=world.user(), at=timezone.now())
    assert made.milestones.count() == 3
    operations.set_milestones(contract=made, parts=[one], by=world.user(), at=timezone.now())
    assert [m.name for m in made.milestones.all()] == ["成果"]


def test_what_is_offered_stands_and_its_text_is_hashed_into_the_record():
    made = contracts.offered()
    version = latest_version(made)
    assert version.digest == digest(version.terms)
    assert made.seller.name in version.terms["text"]["zh"]
    assert "{" not in version.terms["text"]["zh"] + version.terms["text"]["en"]
    entry = Entry.objects.get(kind="contracts.offered")
    assert body_of(entry)["text"] == version.digest
    with pytest.raises(errors.NotNow):
        operations.set_milestones(contract=made, parts=[contracts.part()], by=world.user(), at=timezone.now())
    with pytest.raises(DatabaseError, match="milestone_stands"), transaction.atomic():
        Milestone.objects.update(name="x")
    with pytest.raises(DatabaseError, match="milestone_stands"), transaction.atomic():
        Milestone.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.update(digest="0" * 64)


def test_both_sides_sign_and_the_tender_is_under_contract():
    made = contracts.offered()
    buyer = contracts.sign(made, "buyer")
    assert made.signed_at is None
    assert list(to_sign(made.seller)) == [made]
    assert list(to_sign(made.buyer)) == []
    contracts.sign(made, "seller")
    contracts.commit()
    assert made.state_at(timezone.now()) is State.IN_FORCE
    tender = made.award.tender
    tender.refresh_from_db()
    assert tender.state_at(timezone.now()) is TenderState.CONTRACTED
    assert made.gate.outcome == "clear"
    assert all(m.due_on for m in made.milestones.all())
    signed = Entry.objects.get(kind="contracts.signed")
    assert body_of(signed)["text"] == latest_version(made).digest
    assert Charge.objects.filter(group=made.urn).count() == 3
    assert Signature.objects.get(side="buyer").signed_by == buyer.user


def test_who_may_not_sign():
    made = contracts.offered()
    stranger = world.member(Role.OWNER)
    with pytest.raises(errors.NotYourSide):
        contracts.sign(made, "buyer", who=stranger)
    with pytest.raises(errors.NotYourSide):
        contracts.sign(made, "payer", who=stranger)
    with pytest.raises(errors.TextChanged):
        contracts.sign(made, "buyer", read="0" * 64)
    who = contracts.sign(made, "buyer")
    with pytest.raises(errors.SignedAlready):
        contracts.sign(made, "buyer")
    world.Membership.objects.create(
        user=who.user, entity=made.seller, role=Role.AGENT, valid=world.DateRange(world.LONG_AGO, None)
    )
    with pytest.raises(errors.OnePersonOneSide):
        contracts.sign(made, "seller", who=who.user.memberships.get(entity=made.seller))
    assert Signature.objects.count() == 1
    assert made.signed_at is None


FORGED = {
    "a stranger": {"signed_by": None},
    "another entity": {"entity": None},
    "an ended membership": {},
    "no proof": {"proof": ""},
}


@pytest.mark.parametrize("case", FORGED)
def test_the_database_takes_no_signature_of_who_may_not_bind(case):
    made = contracts.offered()
    who = contracts.binder(made, "buyer")
    if case == "an ended membership":
        who.valid = world.DateRange(world.LONG_AGO, timezone.localdate())
        who.save()
    row = {
        "version": latest_version(made),
        "side": "buyer",
        "entity": made.buyer,
        "signed_by": who.user,
        "proof": "password",
    }
    wrong = {
        k: v if v is not None else (world.user() if k == "signed_by" else made.seller)
        for k, v in FORGED[case].items()
    }
    with pytest.raises(IntegrityError, match="signature_"), contracts.as_site():
        Signature.objects.create(**row | wrong)


def test_a_version_taken_back_takes_its_signatures_with_it():
    made = contracts.offered()
    contracts.sign(made, "buyer")
    with pytest.raises(errors.ReasonMissing):
        operations.take_back_contract(contract=made, reason=" ", by=world.user(), at=timezone.now())
    operations.take_back_contract(contract=made, reason="付款日期", by=world.user(), at=timezone.now())
    contracts.commit()
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.DRAFT
    assert list(to_draw_up(made.buyer)) == [made]
    contracts.offered(made)
    contracts.sign(made, "seller")
    assert made.signed_at is None
    assert made.version_no == 2


def test_a_tie_found_at_signing_keeps_the_contract_unsigned():
    made = contracts.offered()
    contracts.sign(made, "buyer")
    world.interest(made.department, made.seller, "setUp")
    with pytest.raises(errors.GateClosed) as shut:
        contracts.sign(made, "seller")
    assert (shut.value.check.outcome, shut.value.check.gate) == ("conflicted", "contract")
    assert Check.objects.filter(pk=shut.value.check.pk).exists()
    assert made.signed_at is None
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("case", ["no check", "of another gate", "a tie since", "one side missing"])
def test_the_database_commits_no_signed_contract_without_a_clear_check_and_all_sides(case):
    made = contracts.offered()
    contracts.sign(made, "buyer")
    gate = world.check(intermediary=made.seller, department=made.department, gate="contract")
    with transaction.atomic():
        record(kind="decoupling.checked", subject=gate, actor=None, body={})
    if case == "no check":
        gate = None
    elif case == "of another gate":
        gate = made.award.gate
    elif case == "a tie since":
        world.interest(made.department, made.seller, "setUp")
    if case != "one side missing":
        who = contracts.binder(made, "seller")
        Signature.objects.create(
            version=latest_version(made), side="seller", entity=made.seller, signed_by=who.user, proof="mfa"
        )
    name = "contract_signed_by_all" if case == "one side missing" else "contract_signed_when_clear"
    with pytest.raises(IntegrityError, match=name), contracts.as_site():
        do_act(
            made,
            Act.SIGN,
            kind="contracts.signed",
            by=None,
            at=timezone.now(),
            signed_at=timezone.now(),
            gate=gate,
        )


def test_a_fact_without_its_act_is_not_committed():
    made = contracts.offered()
    with pytest.raises(IntegrityError, match="contract_told_by_an_act"), contracts.as_site():
        Contract.objects.filter(pk=made.pk).update(offered_at=None)


def test_a_winner_that_does_not_sign_loses_the_award_to_the_runner_up():
    made = contracts.offered(contracts.drawn_up("900.00", "950.00"))
    contracts.sign(made, "buyer")
    assert lapse_unsigned() == 0
    contracts.out_of_time(made)
    with pytest.raises(errors.TooLate):
        contracts.sign(made, "seller")
    assert lapse_unsigned() == 1
    contracts.commit()
    assert lapse_unsigned() == 0
    made.refresh_from_db()
    made.award.refresh_from_db()
    assert (made.state_at(timezone.now()), made.award.end_kind) == (State.LAPSED, "unsigned")
    tender = made.award.tender
    tender.refresh_from_db()
    assert tender.state_at(timezone.now()) is TenderState.EVALUATING
    left = bids_in_the_running(tender)
    assert [bid.price for bid in left] == [Decimal("950.00")]
    again = tenders.award_tender(tender=tender, by=world.user(), at=timezone.now())
    assert again.bid == left[0]


def test_an_owner_that_does_not_sign_does_not_get_rid_of_the_winner():
    made = contracts.offered()
    contracts.sign(made, "seller")
    contracts.out_of_time(made)
    lapse_unsigned()
    made.award.refresh_from_db()
    assert made.award.end_kind == "lapsed"
    assert made.award.bid in bids_in_the_running(made.award.tender)


def test_nothing_lapses_before_its_day_in_the_database_either():
    made = contracts.offered()
    held = operations.lapse_contract(contract=made, at=timezone.now())
    assert held.lapsed_at is None
    with pytest.raises(DatabaseError, match="contract_lapses_only_after"), transaction.atomic():
        Contract.objects.filter(pk=made.pk).update(lapsed_at=timezone.now() + dt.timedelta(days=60))


def test_signed_after_the_last_moment_is_refused_by_the_database():
    made = contracts.offered()
    contracts.sign(made, "buyer")
    contracts.out_of_time(made)
    who = contracts.binder(made, "seller")
    early = made.sign_by - dt.timedelta(minutes=1)
    with pytest.raises(errors.TooLate):
        contracts.sign(made, "seller", who=who, at=early)


def test_suspended_by_a_regulator_and_resumed_when_the_gate_is_clear():
    made = contracts.signed()
    by = world.user()
    operations.suspend_contract(contract=made, reason="核查", by=by, at=timezone.now())
    contracts.commit()
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.SUSPENDED
    tie = world.interest(made.department, made.seller, "setUp")
    with pytest.raises(errors.GateClosed):
        operations.resume_contract(contract=made, reason="核毕", by=by, at=timezone.now())
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.SUSPENDED
    with world.as_the_owner(), pgtrigger.ignore():
        tie.delete()
    operations.resume_contract(contract=made, reason="核毕", by=by, at=timezone.now())
    contracts.commit()
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.IN_FORCE


def test_a_schedule_is_dated_data_of_its_service():
    service = world.service()
    Schedule.objects.create(
        service=service,
        in_force=world.DateRange(world.LONG_AGO, None),
        parts=[
            {
                "name": "一次",
                "name_en": "At once",
                "share": "100",
                "days": "100",
                "checklist": [{"text": "齐", "text_en": ""}],
            }
        ],
    )
    made = contracts.drawn_up(service=service)
    assert [m.name for m in made.milestones.all()] == ["一次"]
