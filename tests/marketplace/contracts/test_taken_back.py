"""A contract's money that a bank takes back: held back, told to both sides and to the regulators."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import effects, operations
from marketplace.contracts.queries import charge_of
from marketplace.contracts.tasks import pay_due
from marketplace.payments.models import Charge, Hold
from marketplace.payments.operations import carry_out, end_hold, order_funding, take_event
from marketplace.payments.queries import balances_of
from regulation.ledger.models import Entry
from regulation.oversight.effects import note_taken_back
from regulation.oversight.models import Finding
from tests.factories import contracts, payments, world
from tests.factories.stripe_stand_in import wired

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripes(settings, monkeypatch):
    return wired(settings, monkeypatch)


@pytest.fixture
def milestone(stripes):
    """Accepted work of a contract that is paid by Stripe; its money is held."""
    contract = contracts.offered()
    external = stripes.provider.open_account(email="a@example.org", key="k")
    payments.account(Charge(payee=contract.seller, provider="stripe"), external=external)
    for side in contract.sides:
        contracts.sign(contract, side)
    contracts.commit()
    made = contracts.first(contract)
    order = order_funding(charge=charge_of(made), by=None)
    settled(order)
    stripes.pay(order.external)
    settled(order)
    return contracts.accepted(contracts.handed_in(made))


def settled(order):
    carry_out(order=order, at=timezone.now())
    order.refresh_from_db()
    return order


def told(milestone):
    charge = charge_of(milestone)
    return {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}


def take(stripes, *events):
    for event in events:
        take_event(event=event, raw=b"{}", provider=stripes.provider, at=timezone.now())
    contracts.commit()


def paid_out(milestone):
    pay_due()
    contracts.commit()
    for order in charge_of(milestone).orders.filter(kind="release", posting__isnull=True):
        settled(order)
    contracts.commit()


def last(kind):
    return Entry.objects.filter(kind=kind).latest("pk")


def test_what_is_disputed_with_the_bank_is_not_paid_out_and_both_sides_and_regulators_hear(
    stripes, milestone, client
):
    session = charge_of(milestone).orders.get(kind="fund").external
    events = stripes.dispute(session)
    take(stripes, *events)
    paid_out(milestone)
    assert told(milestone) == {}
    entry = last("payments.reversed")
    sides = {contracts.binder(milestone.contract, side).user.email for side in ("buyer", "seller")}
    effects.tell_of_the_bank(entry)
    assert {address for one in mail.outbox for address in one.to} >= sides
    assert milestone.contract.get_absolute_url() in mail.outbox[-1].body
    note_taken_back(entry)
    note_taken_back(entry)
    found = Finding.objects.get()
    assert (found.kind, found.entity) == ("money", milestone.contract.payer)
    assert found.evidence["difference"]["what"] == "taken_back"
    client.force_login(contracts.binder(milestone.contract, "seller").user)
    page = client.get(reverse("contracts:milestone", args=[milestone.contract.ref, milestone.position]))
    assert page.context["held_back"]
    take(stripes, *stripes.decide(events[0]["data"]["object"]["id"], won=True))
    effects.move_again(last("payments.hold_ended"))
    paid_out(milestone)
    assert told(milestone) == {"owner": -milestone.fen, "intermediary": milestone.fen}


def test_a_contract_is_not_complete_while_its_payment_is_only_covered(stripes, milestone):
    paid_out(milestone)
    assert told(milestone)["intermediary"] == milestone.fen
    session = charge_of(milestone).orders.get(kind="fund").external
    take(stripes, *stripes.dispute(session))
    assert told(milestone) == {"covered": -milestone.fen, "intermediary": milestone.fen}
    assert not operations.paying.is_paid([milestone])


def test_a_payout_that_comes_back_goes_out_again_once_staff_say_why(stripes, milestone):
    paid_out(milestone)
    order = charge_of(milestone).orders.get(kind="release")
    take(stripes, stripes.send_back(order.external, milestone.fen))
    note_taken_back(last("payments.returned"))
    assert Finding.objects.get().entity == milestone.contract.seller
    paid_out(milestone)
    assert told(milestone)["held"] == milestone.fen
    end_hold(hold=Hold.objects.get(), reason="账户已更正", by=world.user(), at=timezone.now())
    paid_out(milestone)
    assert told(milestone) == {"owner": -milestone.fen, "intermediary": milestone.fen}
    assert operations.paying.is_paid([milestone])
