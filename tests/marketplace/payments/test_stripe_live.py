"""What we ask of Stripe and how it answers: by the stand-in in every run, by Stripe itself with a test key.

`STRIPE_TEST_KEY=rk_test_… ./run test tests/marketplace/payments -m stripe_live`. The key needs to write
Checkout Sessions, Connect accounts and account links, and transfers. Nothing is paid.
"""

import os
import secrets

import pytest
import stripe
from django.utils import timezone

from marketplace.payments import errors
from marketplace.payments.gateways.base import State
from marketplace.payments.gateways.stripe_gateway import StripeProvider
from marketplace.payments.models import PayoutAccount
from marketplace.payments.models.account import Provider
from marketplace.payments.operations import order_funding, order_release
from tests.factories import payments
from tests.factories.stripe_stand_in import wired

pytestmark = pytest.mark.django_db
BACK = "https://example.org/back/"


class Live:
    """Stripe itself, with a key of its test mode and no other."""

    def __init__(self) -> None:
        key = os.environ.get("STRIPE_TEST_KEY", "")
        if not key:
            pytest.skip("STRIPE_TEST_KEY is not set")
        assert key.startswith(("sk_test_", "rk_test_")), "a key of Stripe's test mode, never a live one"
        self.provider = StripeProvider(stripe.StripeClient(key, max_network_retries=1))

    def expire(self, session: str) -> None:
        self.provider.client.v1.checkout.sessions.expire(session)


@pytest.fixture(params=["stand-in", pytest.param("live", marks=pytest.mark.stripe_live)])
def there(request, settings, monkeypatch):
    return Live() if request.param == "live" else wired(settings, monkeypatch)


@pytest.fixture
def order():
    return order_funding(charge=payments.a_charge(1234_00, provider="stripe"), by=None)


def test_a_session_is_made_once_a_key_and_says_where_to_pay(there, order):
    answers = [there.provider.carry_out(order, account=None, back=BACK) for _n in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0].state, answers[0].fen) == (State.WAITING, 1234_00)
    assert answers[0].external.startswith("cs_")
    assert answers[0].address.startswith("https://")


def test_a_session_nobody_pays_is_looked_at_as_failed(there, order):
    order.external = there.provider.carry_out(order, account=None, back=BACK).external
    assert there.provider.look(order).state is State.WAITING
    there.expire(order.external)
    looked = there.provider.look(order)
    assert (looked.state, looked.why) == (State.FAILED, "expired")


def test_our_marks_come_back_with_what_they_were_put_on(there, order):
    external = there.provider.carry_out(order, account=None, back=BACK).external
    session = there.provider.client.v1.checkout.sessions.retrieve(external)
    assert there.provider.marks_of({"metadata": session.metadata.to_dict()}) == {
        "order": str(order.pk),
        "key": order.key,
    }


def test_an_account_is_opened_once_a_key_is_not_ready_and_has_its_link(there):
    key = secrets.token_hex(8)
    opened = [there.provider.open_account(email="test@example.org", key=key) for _n in range(2)]
    assert opened[0] == opened[1]
    assert opened[0].startswith("acct_")
    assert there.provider.account_ready(opened[0]) is False
    assert there.provider.account_link(opened[0], back=BACK).startswith("https://")


def test_what_stripe_will_not_do_is_a_refusal_and_not_an_error(there):
    charge = payments.funded(1000, provider="bank")
    account = PayoutAccount(
        entity=charge.payee, provider=Provider.STRIPE, external="acct_nobody", ready_at=timezone.now()
    )
    order = order_release(charge=charge, fen=1000, reason="", by=None)
    with pytest.raises(errors.ProviderRefused):
        there.provider.carry_out(order, account=account, back=BACK)
