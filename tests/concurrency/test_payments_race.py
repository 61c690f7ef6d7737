"""One event of a provider told a hundred times at once: one row, one posting, every sender answered."""

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.payments.models import Posting, ProviderEvent
from marketplace.payments.models.event import EventState
from marketplace.payments.operations import carry_out, order_funding
from marketplace.payments.queries import balances_of
from tests.concurrency.pressing import TIMES, pressed
from tests.factories import payments
from tests.factories.stripe_stand_in import signed, wired

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "/payments/stripe/webhook/"


def test_an_event_told_a_hundred_times_at_once_is_posted_once(settings, monkeypatch):
    stripes = wired(settings, monkeypatch)
    charge = payments.a_charge(1000, provider="stripe")
    payments.account(charge, external=stripes.provider.open_account(email="a@example.org", key="k"))
    order = order_funding(charge=charge, by=None)
    carry_out(order=order, at=timezone.now())
    order.refresh_from_db()
    body, signature = signed(stripes.pay(order.external))

    def tell():
        answer = Client().post(HOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signature)
        assert answer.status_code == 200
        return answer

    assert pressed(tell) == {"HttpResponse": TIMES}
    assert ProviderEvent.objects.get().state == EventState.APPLIED
    assert Posting.objects.count() == 1
    told = {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}
    assert told == {"owner": -1000, "held": 1000}
