"""Stripe's provider over a stateful stand-in: told twice, late, forged, or cut off, it ends in one state."""

import random

import pytest
import stripe
from django.db import transaction
from django.utils import timezone

from marketplace.payments import errors
from marketplace.payments.models import PayoutAccount, ProviderEvent
from marketplace.payments.models.event import EventState
from marketplace.payments.operations import (
    carry_out,
    note_external,
    open_stripe_account,
    order_funding,
    order_refund,
    order_release,
    replay_event,
    take_event,
)
from marketplace.payments.queries import balances_of
from marketplace.payments.tasks import settle_waiting
from tests.factories import payments, world
from tests.factories.stripe_stand_in import KEY, SECRET, Killed, signed, wired

pytestmark = pytest.mark.django_db
HOOK = "/payments/stripe/webhook/"


@pytest.fixture
def stripes(settings, monkeypatch):
    return wired(settings, monkeypatch)


def now():
    return timezone.now()


@pytest.fixture
def charge(stripes):
    made = payments.a_charge(1000, provider="stripe")
    external = stripes.provider.open_account(email="a@example.org", key="k")
    payments.account(made, external=external)
    return made


def told(charge):
    return {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}


def begun(charge):
    order = order_funding(charge=charge, by=None)
    carry_out(order=order, at=now())
    order.refresh_from_db()
    return order


def test_a_charge_is_paid_held_released_and_the_rest_refunded(stripes, charge):
    order = begun(charge)
    assert order.address == "https://checkout.example/x"
    assert told(charge) == {}
    stripes.pay(order.external)
    carry_out(order=order, at=now())
    assert told(charge) == {"owner": -1000, "held": 1000}
    for act, fen in ((order_release, 700), (order_refund, 300)):
        carry_out(order=act(charge=charge, fen=fen, reason="", by=None), at=now())
    assert told(charge) == {"owner": -1000, "intermediary": 700, "refund": 300}


def test_what_is_asked_of_stripe(stripes, charge):
    begun(charge)
    verb, path, asked = stripes.calls[-1]
    assert (verb, path) == ("POST", "checkout/sessions")
    assert asked["payment_intent_data"]["transfer_group"] == charge.group
    assert list(asked["allowed_payment_method_types"].values()) == ["card", "alipay", "wechat_pay"]
    assert asked["line_items"]["0"]["price_data"]["currency"] == "cny"
    assert "payment_method_types" not in asked


def test_an_event_settles_and_is_kept_once(stripes, charge, client):
    order = begun(charge)
    body, signature = signed(stripes.pay(order.external))
    for _ in range(3):
        answer = client.post(HOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signature)
        assert answer.status_code == 200
    assert ProviderEvent.objects.get().state == EventState.APPLIED
    assert told(charge) == {"owner": -1000, "held": 1000}


@pytest.mark.parametrize("forged", ["secret", "stale", "body", "none"])
def test_a_forged_or_stale_event_is_refused_and_leaves_nothing(stripes, charge, client, forged):
    order = begun(charge)
    event = stripes.pay(order.external)
    body, signature = signed(
        event, secret="whsec_other" if forged == "secret" else SECRET, age=301 if forged == "stale" else 0
    )
    if forged == "body":
        body = body.replace("1000", "1001")
    if forged == "none":
        signature = ""
    answer = client.post(HOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signature)
    assert answer.status_code == 400
    assert not ProviderEvent.objects.exists()
    assert told(charge) == {}


def test_a_thousand_forged_stale_and_repeated_signatures_move_nothing(stripes, charge, client):
    """Each of another kind, secret, age or body, and none is told apart by what the answer says."""
    order = begun(charge)
    event, chance = stripes.pay(order.external), random.Random(11)
    answers = set()
    for n in range(1000):
        body, signature = signed(
            event,
            secret=f"whsec_{chance.getrandbits(64):x}" if n % 4 == 0 else SECRET,
            age=chance.choice((301, 3600, 86400)) if n % 4 == 1 else 0,
        )
        if n % 4 == 2:
            body = body.replace("1000", str(chance.randrange(1001, 9999)))
        if n % 4 == 3:
            signature = signature.replace("v1=", chance.choice(("v0=", "v1=0", "")))
        sent = client.post(HOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signature)
        answers.add((sent.status_code, sent.content))
    assert answers == {(400, b"")}
    assert not ProviderEvent.objects.exists()
    assert told(charge) == {}


def test_without_a_key_there_is_no_webhook(client, settings):
    settings.STRIPE_API_KEY = ""
    assert client.post(HOOK, "{}", content_type="application/json").status_code == 404


def test_a_kind_nobody_knows_is_kept(stripes, client):
    body, signature = signed(stripes.event("radar.early_fraud_warning.created", {"id": "x"}))
    client.post(HOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=signature)
    assert ProviderEvent.objects.get().state == EventState.UNKNOWN


def test_someone_elses_order_number_moves_nothing(stripes, charge):
    order = begun(charge)
    event = stripes.pay(order.external)
    event["data"]["object"]["metadata"] = {"order": str(order.pk), "key": "not ours"}
    kept = take_event(event=event, raw=b"{}", provider=stripes.provider, at=now())
    assert kept.state == EventState.NOTHING
    assert told(charge) == {}


def test_a_sum_other_than_ordered_is_not_posted(stripes, charge):
    order = begun(charge)
    event = stripes.pay(order.external)
    stripes.things[order.external]["amount_total"] = 999
    kept = take_event(event=event, raw=b"{}", provider=stripes.provider, at=now())
    assert kept.state == EventState.FAILED
    assert told(charge) == {}


def test_staff_apply_again_what_failed(stripes, charge):
    order = begun(charge)
    event = stripes.pay(order.external)
    stripes.things[order.external]["amount_total"] = 999
    import json

    kept = take_event(event=event, raw=json.dumps(event).encode(), provider=stripes.provider, at=now())
    stripes.things[order.external]["amount_total"] = 1000
    assert replay_event(event=kept, provider=stripes.provider, at=now()).state == EventState.APPLIED
    assert told(charge) == {"owner": -1000, "held": 1000}


@pytest.mark.parametrize("path", ["checkout/sessions", "transfers", "refunds"])
def test_a_kill_between_stripes_answer_and_our_commit_pays_nothing_twice(stripes, charge, path):
    order = begun(charge)
    stripes.pay(order.external)
    carry_out(order=order, at=now())
    if path == "checkout/sessions":
        charge = payments.a_charge(500, provider="stripe")
        order = order_funding(charge=charge, by=None)
    else:
        act = order_release if path == "transfers" else order_refund
        order = act(charge=charge, fen=400, reason="", by=None)
    stripes.dies_after = path
    with pytest.raises(Killed):
        carry_out(order=order, at=now())
    before = len(stripes.things)
    assert settle_waiting() == 1
    assert len(stripes.things) == before  # the same call: nothing new came to be at Stripe
    order.refresh_from_db()
    assert order.external


def test_the_kill_would_pay_twice_with_another_key(stripes, charge):
    """The control: the test above can fail."""
    order = begun(charge)
    stripes.pay(order.external)
    carry_out(order=order, at=now())
    order = order_release(charge=charge, fen=400, reason="", by=None)
    stripes.dies_after = "transfers"
    with pytest.raises(Killed):
        carry_out(order=order, at=now())
    before = len(stripes.things)
    order.key = "another"
    stripes.provider.carry_out(
        order, account=PayoutAccount.objects.get(entity=charge.payee), back="https://x"
    )
    assert len(stripes.things) == before + 1


def test_stripe_away_is_tried_again(stripes, charge):
    order = order_funding(charge=charge, by=None)
    stripes.away = True
    with pytest.raises(errors.ProviderAway):
        carry_out(order=order, at=now())
    assert settle_waiting() == 0
    stripes.away = False
    assert settle_waiting() == 1
    order.refresh_from_db()
    assert order.external


def test_a_refusal_fails_the_order_and_says_so(stripes):
    charge = payments.a_charge(1000, provider="stripe")
    payments.account(charge, external="acct_nowhere")
    order = begun(charge)
    stripes.pay(order.external)
    carry_out(order=order, at=now())
    out = order_release(charge=charge, fen=1000, reason="", by=None)
    carry_out(order=out, at=now())
    out.refresh_from_db()
    assert out.failed_at
    assert out.failure
    assert told(charge) == {"owner": -1000, "held": 1000}


def test_an_expired_payment_can_be_begun_anew(stripes, charge):
    first = begun(charge)
    event = stripes.expire(first.external)
    take_event(event=event, raw=b"{}", provider=stripes.provider, at=now())
    second = begun(charge)
    assert second.external != first.external
    assert second.key != first.key


def test_events_in_any_order_end_in_one_state(stripes, charge):
    """Every event of a payment's life, in 500 orders and some twice: the same end each time."""
    order = begun(charge)
    paid = stripes.pay(order.external)
    carry_out(order=order, at=now())
    out = order_release(charge=charge, fen=600, reason="", by=None)
    back = order_refund(charge=charge, fen=400, reason="", by=None)
    for more in (out, back):  # Stripe has answered, and nothing of it is posted here
        answer = stripes.provider.carry_out(more, account=charge.payee.payout_accounts.get(), back="")
        note_external(order=more, external=answer.external)
        more.refresh_from_db()
    events = [
        paid,
        stripes.event("payment_intent.succeeded", stripes.things[order.external]["payment_intent"]),
        stripes.event("transfer.created", out.external),
        stripes.event("refund.created", back.external),
        stripes.event("refund.updated", back.external),
    ]
    chance, ends = random.Random(7), set()
    for _ in range(500):
        told_now = events + chance.sample(events, 2)
        chance.shuffle(told_now)
        point = transaction.savepoint()
        for event in told_now:
            take_event(event=event, raw=b"{}", provider=stripes.provider, at=now())
        ends.add(tuple(sorted(told(charge).items())))
        transaction.savepoint_rollback(point)
    assert ends == {(("intermediary", 600), ("owner", -1000), ("refund", 400))}


def test_an_account_is_opened_once_and_ready_when_stripe_says_so(stripes):
    firm, agent = world.entity("intermediary"), world.user()
    for _ in range(2):
        made = open_stripe_account(
            entity=firm, email="a@example.org", provider=stripes.provider, by=agent, at=now()
        )
    assert PayoutAccount.objects.get() == made
    assert made.ready_at is None
    for ready in (False, True):
        stripes.things[made.external]["payouts_enabled"] = ready
        event = stripes.event("account.updated", made.external)
        take_event(event=event, raw=b"{}", provider=stripes.provider, at=now())
    made.refresh_from_db()
    assert made.ready_at is not None


def test_no_secret_reaches_a_log(stripes, charge, caplog):
    with caplog.at_level("DEBUG"):
        begun(charge)
    assert KEY not in caplog.text
    assert SECRET not in caplog.text


def test_the_stand_in_refuses_what_stripe_refuses(stripes):
    with pytest.raises(stripe.StripeError, match="unknown"):
        stripes.provider.client.v1.transfers.create(params={"amount": 1, "payment_method_types": ["card"]})
