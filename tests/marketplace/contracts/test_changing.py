"""A change is a version every side signs, through the gate; its price is public, and drift is told."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.models import Change, Contract, Milestone, Signature, Version
from marketplace.contracts.operations import Wanted
from marketplace.contracts.queries import charge_of, price_history, standing_change
from marketplace.payments.models import Charge
from regulation.ledger.models import Entry
from regulation.oversight.effects import note_contract
from regulation.oversight.models import Finding
from tests.factories import contracts, world
from tests.marketplace.contracts.test_pages import page, prove

pytestmark = pytest.mark.django_db


def proposed(contract: Contract, amount: str = "280.00", days: int = 10, **fields: object) -> Change:
    told = {
        "contract": contract,
        "side": "buyer",
        "wanted": {1: Wanted(Decimal(amount), 2)},
        "days": days,
        "reason": "增加一次现场检查",
        "by": world.user(),
        "at": timezone.now(),
    }
    return operations.propose_change(**told | fields)


def agree(contract: Contract, side: str, **fields: object) -> None:
    who = contracts.binder(contract, side)
    told = {
        "contract": contract,
        "side": side,
        "entity": who.entity,
        "read": standing_change(contract).version.digest,
        "proof": "password",
        "by": who.user,
        "at": timezone.now(),
    }
    operations.agree_to_change(**told | fields)
    contract.refresh_from_db()


def test_a_change_holds_once_every_side_signed_it_and_is_charged_anew():
    made = contracts.signed()
    before = charge_of(contracts.first(made))
    proposed(made)
    agree(made, "seller")
    assert (made.price, made.version_no) == (Decimal("900.00"), 1)
    agree(made, "buyer")
    contracts.commit()
    assert (made.price, made.version_no) == (Decimal("910.00"), 2)
    first = contracts.first(made)
    assert first.fen == charge_of(first).fen == 28000
    before.refresh_from_db()
    assert before.cancelled_at is not None
    assert [v.terms["price"] for v in price_history(made)] == ["900.00", "910.00"]
    assert standing_change(made) is None
    assert not Entry.objects.filter(kind="contracts.drifted").exists()


def test_drift_beyond_the_limit_becomes_a_finding():
    made = contracts.signed()
    proposed(made, "370.00")
    for side in ("buyer", "seller"):
        agree(made, side)
    contracts.commit()
    note_contract(Entry.objects.get(kind="contracts.drifted"))
    assert Finding.objects.get().kind == "drift"


def test_what_may_not_be_proposed():
    made = contracts.signed()
    first = contracts.first(made)
    with pytest.raises(errors.ReasonMissing):
        proposed(made, reason=" ")
    with pytest.raises(errors.NothingDiffers):
        proposed(made, "270.00")
    with pytest.raises(errors.TooLong):
        proposed(made, days=9)
    contracts.handed_in(first)
    with pytest.raises(errors.WorkIsDone):
        proposed(made)
    assert Version.objects.count() == 1
    proposed(made, wanted={2: Wanted(Decimal("460.00"), 8)})
    with pytest.raises(errors.ChangeStands):
        proposed(made, wanted={2: Wanted(Decimal("470.00"), 8)})


def test_work_paid_for_in_between_stops_a_change():
    made = contracts.signed()
    proposed(made)
    agree(made, "seller")
    contracts.funded(contracts.first(made))
    with pytest.raises(errors.WorkIsDone):
        agree(made, "buyer")
    made.refresh_from_db()
    assert (made.version_no, Signature.objects.filter(version__number=2).count()) == (1, 1)
    assert Charge.objects.filter(cancelled_at__isnull=False).count() == 0


def test_a_declined_change_leaves_all_as_it_was_and_another_may_follow():
    made = contracts.signed()
    proposed(made)
    operations.decline_change(contract=made, reason="不同意", by=world.user(), at=timezone.now())
    with pytest.raises(errors.NoChange):
        operations.decline_change(contract=made, reason="再", by=world.user(), at=timezone.now())
    made.refresh_from_db()
    assert made.price == Decimal("900.00")
    assert proposed(made).version.number == 3
    for side in ("buyer", "seller"):
        agree(made, side)
    contracts.commit()
    assert (made.version_no, len(price_history(made))) == (3, 2)


def test_a_tie_keeps_a_change_out():
    made = contracts.signed()
    proposed(made)
    agree(made, "buyer")
    world.interest(made.department, made.seller, "setUp")
    with pytest.raises(errors.GateClosed):
        agree(made, "seller")
    assert made.version_no == 1


def test_the_database_changes_nothing_without_a_version_all_sides_signed():
    made = contracts.signed()
    held = proposed(made)
    with pytest.raises(DatabaseError, match="contract_terms_stand"), transaction.atomic():
        Contract.objects.filter(pk=made.pk).update(price=1)
    with (
        pytest.raises(IntegrityError, match=r"contract_(signed_by_all|told_by_an_act|adds_up)"),
        contracts.as_site(),
    ):
        Contract.objects.filter(pk=made.pk).update(version_no=2)
    with pytest.raises(DatabaseError, match="change_agreed_is_in_force"), transaction.atomic():
        Change.objects.filter(pk=held.pk).update(agreed_at=timezone.now())
    contracts.accepted(contracts.handed_in(made.milestones.get(position=2)))
    with pytest.raises(DatabaseError, match="milestone_"), transaction.atomic():
        Milestone.objects.filter(contract=made, position=2).update(fen=1)


def test_a_change_through_the_pages(sign_in, client):
    made = contracts.signed()
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    sign_in(buyer)
    told = {"days": "10", "reason": "增加检查", "amount_1": "280", "days_1": "2"}
    told |= {"amount_2": "450", "days_2": "8", "amount_3": "180", "days_3": "10"}
    address = reverse("contracts:change", args=[made.ref])
    assert "280.00" not in page(client, made.get_absolute_url())
    assert client.post(address, told | {"days": "1"}).status_code == 422
    client.post(address, told)
    for who in (buyer, seller):
        sign_in(who)
        prove(client)
        shown = page(client, reverse("contracts:change_agree", args=[made.ref]))
        assert "differs" in shown
        read = standing_change(made).version.digest
        client.post(reverse("contracts:change_agree", args=[made.ref]), {"read": read})
    contracts.commit()
    client.logout()
    public = page(client, made.get_absolute_url())
    assert "¥910.00" in public
    assert "增加检查" in public


def test_nobody_signs_a_change_without_proving_anew(sign_in, client):
    made = contracts.signed()
    held = proposed(made)
    sign_in(contracts.binder(made, "seller"))
    answer = client.post(reverse("contracts:change_agree", args=[made.ref]), {"read": held.version.digest})
    assert "/reauthenticate/" in answer.url
    assert Signature.objects.filter(version=held.version).count() == 0
