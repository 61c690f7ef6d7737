"""Contracts wait for one another: each operation queues behind its contract's row."""

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.models import Contract, Payout, Signature
from marketplace.contracts.queries import latest_version
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_payout_queues_behind_the_contract_and_is_ordered_once(elsewhere):
    made = contracts.signed()
    milestone = contracts.first(made)
    contracts.funded(milestone)
    contracts.accepted(contracts.handed_in(milestone))
    wanted = {"milestone": milestone, "by": None, "at": timezone.now()}
    with transaction.atomic():
        Contract.objects.select_for_update(no_key=True).get(pk=made.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.release_milestone, **wanted)
    operations.release_milestone(**wanted)
    with pytest.raises(errors.NotDue):
        elsewhere(operations.release_milestone, **wanted)
    assert Payout.objects.count() == 1


def test_a_signature_queues_behind_whoever_takes_the_contract_back(elsewhere):
    made = contracts.offered()
    who = contracts.binder(made, "seller")
    wanted = {
        "contract": made,
        "side": "seller",
        "entity": made.seller,
        "read": latest_version(made).digest,
        "proof": "password",
        "by": who.user,
        "at": timezone.now(),
    }
    with transaction.atomic():
        operations.take_back_contract(contract=made, reason="再议", by=world.user(), at=timezone.now())
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.sign_contract, **wanted)
    with pytest.raises(errors.NotNow):
        elsewhere(operations.sign_contract, **wanted)
    assert not Signature.objects.exists()
