"""A milestone in dispute: one at a time, nothing accepted or paid meanwhile, split as all agree."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import dispute_errors, effects, errors, operations
from marketplace.contracts.dispute_queries import settlement_of
from marketplace.contracts.life import State, Step
from marketplace.contracts.models import (
    Assent,
    Contract,
    Dispute,
    Milestone,
    MilestoneCharge,
    Payout,
    Proposal,
    Refund,
    Settlement,
)
from marketplace.contracts.operations.drifting import tell_drift
from marketplace.contracts.queries import charge_of, comes_to
from marketplace.contracts.schedule import drift
from marketplace.contracts.tasks import accept_unanswered, pay_due
from marketplace.payments.books import to_yuan
from marketplace.payments.models import Order
from marketplace.payments.operations import fail_order, order_funding, order_refund, order_release
from marketplace.payments.queries import balances_of
from marketplace.tenders.operations import pass_later_gate
from regulation.decoupling.models import Gate
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from tests.factories import contracts, payments, world

pytestmark = pytest.mark.django_db


def one_milestone() -> Milestone:
    held = contracts.drawn_up()
    operations.set_milestones(contract=held, parts=[contracts.part()], by=world.user(), at=timezone.now())
    return contracts.first(contracts.signed(held))


def propose(dispute: Dispute, side: str, fen: int) -> Proposal:
    who = contracts.binder(dispute.milestone.contract, side).user
    return operations.propose_split(
        dispute=dispute, side=side, released_fen=fen, note="", by=who, at=timezone.now()
    )


def agree(dispute: Dispute, side: str, number: int) -> Dispute:
    who = contracts.binder(dispute.milestone.contract, side).user
    done = operations.agree_to_split(dispute=dispute, side=side, number=number, by=who, at=timezone.now())
    contracts.commit()
    return done


def agreed(milestone: Milestone, fen: int) -> Settlement:
    dispute = contracts.disputed(milestone)
    agree(dispute, "buyer", propose(dispute, "seller", fen).number)
    milestone.refresh_from_db()
    return milestone.settlement


def balances(milestone: Milestone) -> dict[str, int]:
    charge = charge_of(milestone)
    return {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}


def carried_out(milestone: Milestone) -> None:
    """Every order of the settlement at the bank, by three people."""
    pay_due()
    contracts.commit()
    for order in Order.objects.filter(charge=charge_of(milestone), posting__isnull=True):
        payments.transferred(order)
    contracts.commit()


def test_an_agreed_split_is_released_refunded_and_completes_the_contract():
    milestone = one_milestone()
    contracts.funded(milestone)
    agreed(contracts.handed_in(milestone), 600_00)
    assert milestone.state_at(timezone.now()) is Step.ACCEPTED
    assert not milestone.by_rule
    carried_out(milestone)
    assert balances(milestone) == {"owner": -900_00, "intermediary": 600_00, "refund": 300_00}
    assert (Payout.objects.count(), Refund.objects.count()) == (1, 1)
    assert pay_due() == 0
    effects.complete(Entry.objects.get(kind="payments.refunded"))
    contracts.commit()
    assert Contract.objects.get().state_at(timezone.now()) is State.COMPLETED


def test_nothing_released_cancels_the_milestone_and_everything_goes_back():
    milestone = one_milestone()
    contracts.funded(milestone)
    contracts.started(milestone)
    agreed(milestone, 0)
    assert milestone.state_at(timezone.now()) is Step.CANCELLED
    carried_out(milestone)
    assert balances(milestone) == {"owner": -900_00, "refund": 900_00}
    effects.complete(Entry.objects.get(kind="payments.refunded"))
    assert Contract.objects.get().state_at(timezone.now()) is State.COMPLETED


@pytest.mark.parametrize("fen", [600_00, 0, 900_00])
def test_what_nobody_has_begun_to_pay_is_charged_anew_with_what_is_left(fen):
    milestone = one_milestone()
    before = charge_of(milestone)
    agreed(contracts.handed_in(milestone), fen)
    now = charge_of(milestone)
    before.refresh_from_db()
    if fen == 900_00:
        assert (now.pk, before.cancelled_at) == (before.pk, None)
        return
    assert before.cancelled_at is not None
    if not fen:
        assert now is None
        return
    assert now.fen == fen
    contracts.funded(milestone)
    carried_out(milestone)
    assert balances(milestone) == {"owner": -fen, "intermediary": fen}
    assert not Refund.objects.exists()


def test_the_drift_of_a_settlement_is_told_once_and_shown(client):
    milestone = contracts.first(contracts.signed())
    contract = milestone.contract
    agreed(contracts.started(milestone), 0)
    told = Entry.objects.get(kind="contracts.drifted")
    left = contract.price - to_yuan(milestone.fen)
    assert body_of(told)["price"] == str(left)
    assert comes_to(contract) == left * 100
    assert not tell_drift(contract, fen=comes_to(contract))
    for address in (contract.get_absolute_url(), reverse("contracts:contract_list")):
        assert f"{drift(contract.bid_price, left)}%" in client.get(address).content.decode()


def test_a_payment_on_its_way_is_split_when_it_comes_and_charged_anew_when_it_fails():
    milestone = one_milestone()
    order = order_funding(charge=charge_of(milestone), by=None)
    agreed(contracts.handed_in(milestone), 600_00)
    assert charge_of(milestone).fen == 900_00
    fail_order(order=order, why="expired", at=timezone.now())
    effects.charge_again(Entry.objects.get(kind="payments.order_failed"))
    contracts.commit()
    assert charge_of(milestone).fen == 600_00


def test_a_dispute_stands_in_the_way_of_acceptance_silence_and_payment():
    milestone = one_milestone()
    contracts.funded(milestone)
    contracts.disputed(contracts.unanswered(contracts.handed_in(milestone)))
    with pytest.raises(errors.NotNow):
        operations.accept_work(
            milestone=milestone, judged=contracts.judged(milestone), by=world.user(), at=timezone.now()
        )
    assert accept_unanswered() == 0
    with pytest.raises(errors.NotDue):
        operations.release_milestone(milestone=milestone, by=None, at=timezone.now())
    with pytest.raises(errors.NotNow):
        contracts.disputed(milestone, side="seller")
    assert Dispute.objects.count() == 1
    assert not Order.objects.filter(kind="release").exists()


def test_a_withdrawn_dispute_lets_the_milestone_go_on_and_gives_the_time_back():
    milestone = contracts.handed_in(one_milestone())
    until = milestone.silence_until
    dispute = contracts.disputed(milestone)
    with pytest.raises(dispute_errors.NotWhoOpened):
        operations.withdraw_dispute(
            dispute=dispute, side="seller", reason="x", by=world.user(), at=timezone.now()
        )
    with pytest.raises(errors.ReasonMissing):
        operations.withdraw_dispute(
            dispute=dispute, side="buyer", reason=" ", by=world.user(), at=timezone.now()
        )
    operations.withdraw_dispute(
        dispute=dispute, side="buyer", reason="已补正", by=world.user(), at=timezone.now()
    )
    contracts.commit()
    milestone.refresh_from_db()
    assert milestone.state_at(timezone.now()) is Step.SUBMITTED
    assert milestone.silence_until > until
    assert not Settlement.objects.exists()
    with pytest.raises(dispute_errors.DisputeClosed):
        propose(dispute, "seller", 1)
    contracts.disputed(milestone, side="seller")  # another may follow


def test_the_newest_proposal_counts_and_each_side_answers_for_itself():
    milestone = contracts.handed_in(one_milestone())
    dispute = contracts.disputed(milestone)
    first = propose(dispute, "buyer", 100_00)
    propose(dispute, "seller", 800_00)
    with pytest.raises(dispute_errors.SplitChanged):
        agree(dispute, "seller", first.number)
    with pytest.raises(dispute_errors.AssentedAlready):
        agree(dispute, "seller", first.number + 1)
    for fen in (-1, 900_01):
        with pytest.raises(dispute_errors.SplitNotWhole):
            propose(dispute, "buyer", fen)
    held = operations.propose_split(
        dispute=dispute,
        side="buyer",
        released_fen=1,
        note="",
        by=(both := contracts.binder(milestone.contract, "buyer").user),
        at=timezone.now(),
    )
    world.Membership.objects.create(
        user=both,
        entity=milestone.contract.seller,
        role="agent",
        valid=world.DateRange(world.LONG_AGO, None),
    )
    with pytest.raises(errors.OnePersonOneSide):
        operations.agree_to_split(
            dispute=dispute, side="seller", number=held.number, by=both, at=timezone.now()
        )
    assert settlement_of(milestone) is None


def test_a_claim_is_said_and_evidence_is_hashed_once_a_side():
    milestone = contracts.started(one_milestone())
    with pytest.raises(dispute_errors.ClaimMissing):
        contracts.disputed(milestone, claim=" \0")
    with pytest.raises(errors.FileRefused, match="坏"):
        contracts.disputed(milestone, files=[contracts.upload(b"MZ", "坏.exe")])
    assert not Dispute.objects.exists()
    dispute = contracts.disputed(milestone, files=[contracts.upload()])
    for _n in range(2):
        operations.add_evidence(
            dispute=dispute,
            side="seller",
            files=[contracts.upload()],
            note="说明",
            by=world.user(),
            at=timezone.now(),
        )
    assert [f.side for f in dispute.files.all()] == ["buyer", "seller"]
    told = body_of(Entry.objects.filter(kind="contracts.dispute_evidence").first())
    assert told["files"] == [dispute.files.first().digest]


def test_a_suspended_contract_takes_no_dispute_and_settles_none():
    milestone = contracts.handed_in(one_milestone())
    dispute = contracts.disputed(milestone)
    proposal = propose(dispute, "seller", 1)
    operations.suspend_contract(contract=milestone.contract, reason="核查", by=None, at=timezone.now())
    with pytest.raises(errors.NotNow):
        agree(dispute, "buyer", proposal.number)
    dispute.refresh_from_db()
    assert dispute.closed_at is None


FORGED = {
    "a settlement nobody agreed to": "settlement_as_its_ground",
    "more released than settled": "payout_accepted_and_clear",
    "more refunded than settled": "refund_as_settled",
    "a refund while suspended": "refund_as_settled",
    "a refund without a settlement": "refund_has_its_settlement",
    "a disputed milestone without a dispute": "milestone_disputed_while_a_dispute_stands",
    "a dispute closed while its milestone is disputed": "milestone_disputed_while_a_dispute_stands",
}


def forge(case: str, milestone: Milestone, charge, gate) -> None:
    match case:
        case "a settlement nobody agreed to":
            Settlement.objects.create(
                milestone=milestone,
                dispute=milestone.disputes.get(),
                released_fen=milestone.fen,
                refunded_fen=0,
            )
        case "more released than settled":
            order = order_release(charge=charge, fen=600_01, reason="", by=None)
            Payout.objects.create(milestone=milestone, order=order, gate=gate)
        case "more refunded than settled":
            order = order_refund(charge=charge, fen=300_01, reason="", by=None)
            Refund.objects.create(settlement=milestone.settlement, order=order)
        case "a refund while suspended":
            order = order_refund(charge=charge, fen=300_00, reason="", by=None)
            Refund.objects.create(settlement=milestone.settlement, order=order)
        case "a refund without a settlement":
            order_refund(charge=charge, fen=1, reason="", by=None)
        case "a disputed milestone without a dispute":
            operations.acting.do_act(
                milestone,
                operations.acting.life.Act.DISPUTE,
                kind="contracts.disputed",
                by=None,
                at=timezone.now(),
                reason="x",
                disputed_at=timezone.now(),
            )


@pytest.mark.parametrize("case", [c for c in FORGED if "closed while" not in c])
def test_the_database_holds_disputes_and_settlements_by_itself(case):
    milestone = one_milestone()
    charge = contracts.funded(milestone)
    contracts.handed_in(milestone)
    gate = None
    if case.startswith("more") or case == "a refund while suspended":
        agreed(milestone, 600_00)
        award = milestone.contract.award
        gate = pass_later_gate(award=award, gate=Gate.PAYOUT, by=None, at=timezone.now())
    if case == "a settlement nobody agreed to":
        contracts.disputed(milestone)
    if case == "a refund while suspended":
        operations.suspend_contract(contract=milestone.contract, reason="核查", by=None, at=timezone.now())
        contracts.commit()
    milestone.contract.refresh_from_db()
    with pytest.raises(IntegrityError, match=FORGED[case]), contracts.as_site():
        forge(case, milestone, charge, gate)
    assert not Order.objects.filter(kind__in=["release", "refund"]).exists()


def test_the_database_closes_no_dispute_of_a_milestone_that_stays_disputed():
    milestone = contracts.handed_in(one_milestone())
    dispute = contracts.disputed(milestone)
    with (
        pytest.raises(IntegrityError, match="dispute_closes_with_its_milestone"),
        contracts.as_site(),
    ):
        Dispute.objects.filter(pk=dispute.pk).update(closed_at=timezone.now(), outcome="withdrawn")


def test_the_database_lets_nobody_agree_for_a_side_it_does_not_act_for():
    milestone = contracts.handed_in(one_milestone())
    held = propose(contracts.disputed(milestone), "seller", 1)
    with pytest.raises(IntegrityError, match="assent_by_who_may_bind"), transaction.atomic():
        Assent.objects.create(proposal=held, side="buyer", agreed_by=world.user())


def test_a_settled_milestone_keeps_one_charge_and_what_was_agreed():
    milestone = one_milestone()
    agreed(contracts.handed_in(milestone), 600_00)
    assert MilestoneCharge.objects.filter(milestone=milestone, ended_at__isnull=True).count() == 1
    told = body_of(Entry.objects.get(kind="contracts.settled"))
    assert (told["how"], told["released"], told["refunded"]) == ("agreed", "600.00", "300.00")
    assert milestone.settlement.dispute.outcome == "agreed"
