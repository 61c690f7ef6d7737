"""Every day contracts are compared with the books and the provider; what does not fit becomes a finding."""

import datetime as dt

import pytest
from django.db import DatabaseError
from django.utils import timezone

from marketplace.contracts import operations
from marketplace.contracts.models import Milestone, MilestoneCharge, Reconciliation
from marketplace.contracts.tasks import lapse_unsigned, reconcile
from marketplace.payments.gateways import Answer, State
from marketplace.payments.models import Order
from marketplace.payments.operations import comparing, order_funding, post
from regulation.ledger.models import Entry
from regulation.oversight.effects import note_contract, note_differences
from regulation.oversight.models import Finding
from tests.factories import contracts, payments, world

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [told["what"] for told in Reconciliation.objects.get().differences]


def test_a_contract_in_order_shows_nothing_and_a_day_is_compared_once():
    contracts.signed()
    assert reconcile() == reconcile() == 0
    day = Reconciliation.objects.get()
    assert (day.contracts, day.orders) == (1, 0)
    assert Entry.objects.filter(kind="contracts.reconciled").count() == 1


def test_a_charge_that_is_missing_a_late_payer_and_money_that_waits_are_told():
    made = contracts.signed()
    first, second, _third = made.milestones.order_by("position")
    MilestoneCharge.objects.filter(milestone=second).update(ended_at=timezone.now())
    Milestone.objects.filter(pk=first.pk).update(due_on=timezone.localdate() - dt.timedelta(days=1))
    assert reconcile() == 2
    assert sorted(found()) == ["charged", "unpaid"]
    note_differences(Entry.objects.get(kind="contracts.reconciled"))
    kinds = Finding.objects.values_list("kind", "entity", "subject")
    assert set(kinds) == {("money", made.payer_id, made.urn)}


def test_accepted_work_whose_money_stays_held_is_told():
    made = contracts.signed()
    milestone = contracts.first(made)
    contracts.funded(milestone)
    contracts.accepted(contracts.handed_in(milestone))
    operations.reconcile(at=timezone.now() + dt.timedelta(days=4))
    assert "waits" in found()


@pytest.mark.parametrize(
    ("posted", "answer", "what"),
    [
        (True, Answer("x", State.DONE, 90000), None),
        (True, Answer("x", State.DONE, 1), "amount"),
        (True, Answer("x", State.WAITING), "state"),
        (False, Answer("x", State.DONE, 90000), "state"),
        (False, Answer("x", State.WAITING), None),
    ],
    ids=["agrees", "another-sum", "not-done-there", "done-there-only", "waits-on-both"],
)
def test_an_order_the_provider_tells_otherwise_is_told(posted, answer, what, monkeypatch):
    class Provider:
        def look(self, order):
            return answer

    charge = payments.a_charge(provider="stripe")
    order = order_funding(charge=charge, by=None)
    Order.objects.filter(pk=order.pk).update(external="cs_1")
    if posted:
        post(order=order)
    monkeypatch.setattr(comparing, "provider_named", lambda name: Provider())
    assert reconcile() == int(what is not None)
    assert found() == ([what] if what else [])
    assert Order.objects.get().failed_at is None


def test_an_owner_that_lets_a_contract_lapse_is_a_finding_and_a_winner_is_not():
    for side, expected in (("buyer", 0), ("seller", 1)):
        made = contracts.offered()
        contracts.sign(made, side)
        contracts.out_of_time(made)
        lapse_unsigned()
        note_contract(Entry.objects.filter(kind="contracts.lapsed").latest("pk"))
        assert Finding.objects.filter(kind="unsigned").count() == expected
    assert Finding.objects.get().entity == made.buyer


def test_the_pages_are_for_regulators(sign_in, client):
    made = contracts.signed()
    MilestoneCharge.objects.filter(milestone__contract=made, milestone__position=1).update(
        ended_at=timezone.now()
    )
    reconcile()
    sign_in(world.member(world.Role.REGULATOR))
    assert "does not fit" in client.get("/en/contracts/reconciliations/").content.decode()
    shown = client.get(Reconciliation.objects.get().get_absolute_url()).content.decode()
    assert made.ref in shown
    assert "what is owed is not the price" in shown
    note_differences(Entry.objects.get(kind="contracts.reconciled"))
    finding = Finding.objects.get()
    assert "what is owed is not the price" in client.get(finding.get_absolute_url()).content.decode()


def test_what_the_database_holds_of_a_reconciliation():
    reconcile()
    with pytest.raises(DatabaseError, match="permission denied"), contracts.as_site():
        Reconciliation.objects.update(contracts=7)
