"""Signed copies and openings: the second of two at once waits, and then finds what the first left."""

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.models import CopyAnswer, DepartmentGrant, SignedCopy
from tests.factories import contracts

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_copies_at_once_one_is_kept(elsewhere):
    made = contracts.signed()
    seller = contracts.binder(made, "seller")
    with transaction.atomic():
        contracts.copied(made)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(contracts.copied, made, "seller", who=seller)
    with pytest.raises(errors.CopyWaits):
        elsewhere(contracts.copied, made, "seller", who=seller)
    assert SignedCopy.objects.count() == 1


def test_a_copy_is_not_confirmed_while_it_is_taken_back(elsewhere):
    made = contracts.signed()
    copy, seller = contracts.copied(made), contracts.binder(made, "seller")
    with transaction.atomic():
        contracts.answered(copy, "buyer", "taken_back")
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(contracts.answered, copy, "seller", who=seller)
    with pytest.raises(errors.CopyGone):
        elsewhere(contracts.answered, copy, "seller", who=seller)
    assert CopyAnswer.objects.get().said == "taken_back"


def test_an_opening_is_ended_once(elsewhere):
    grant = contracts.opened(contracts.delivered())
    close = {"grant": grant, "by": grant.given_by, "at": timezone.now()}
    with transaction.atomic():
        operations.close_to_department(**close)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.close_to_department, **close)
    with pytest.raises(errors.ClosedAlready):
        elsewhere(operations.close_to_department, **close)
    assert DepartmentGrant.objects.filter(ended_at__isnull=False).count() == 1
