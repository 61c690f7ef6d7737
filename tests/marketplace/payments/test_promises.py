"""What the database holds by itself of payments, whoever writes."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.payments import errors
from marketplace.payments.books import Account
from marketplace.payments.models import Charge, Order, Posting, PostingLine
from marketplace.payments.operations import (
    cancel_charge,
    fail_order,
    order_funding,
    order_refund,
    order_release,
    post,
    post_reversal,
)
from marketplace.payments.queries import balances_of, held
from regulation.ledger.models import Entry
from tests.factories import payments, world

pytestmark = pytest.mark.django_db


def now_refused(name):
    """What the deferred triggers say at once."""
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def raw_posting(order, move, *lines):
    made = Posting.objects.create(charge=order.charge, order=order, move=move)
    for account, fen in lines:
        PostingLine.objects.create(posting=made, charge=order.charge, account=account, fen=fen)
    return made


def test_money_that_does_not_add_up_cannot_be_committed():
    order = order_funding(charge=payments.a_charge(), by=None)
    with transaction.atomic():
        sid = transaction.savepoint()
        raw_posting(order, "funded", ("owner", -1), ("held", 90000))
        now_refused("posting_balanced")
        transaction.savepoint_rollback(sid)


def test_a_bank_transfer_nobody_saw_arrive_is_no_posting():
    order = order_funding(charge=payments.a_charge(), by=None)
    sid = transaction.savepoint()
    post(order=order)
    now_refused("posting_seen_to_arrive")
    transaction.savepoint_rollback(sid)
    payments.transferred(order)
    assert held(order.charge) == 90000


def test_a_posting_moves_what_was_ordered_and_nothing_else():
    order = order_funding(charge=payments.a_charge(provider="stripe"), by=None)
    sid = transaction.savepoint()
    raw_posting(order, "funded", ("owner", -5), ("held", 5))
    now_refused("posting_as_ordered")
    transaction.savepoint_rollback(sid)


def test_no_more_is_ordered_out_than_is_held_and_not_yet_ordered():
    charge = payments.funded(900)
    order_release(charge=charge, fen=600, reason="", by=None)
    with pytest.raises(errors.NotHeld):
        order_refund(charge=charge, fen=301, reason="", by=None)
    order_refund(charge=charge, fen=300, reason="", by=None)


def test_a_failed_order_frees_what_it_had_ordered():
    charge = payments.funded(900)
    order = order_release(charge=charge, fen=900, reason="", by=None)
    fail_order(order=order, why="no", at=timezone.now())
    order_release(charge=charge, fen=900, reason="", by=None)


def test_one_funding_at_a_time():
    charge = payments.a_charge()
    order_funding(charge=charge, by=None)
    with pytest.raises(errors.AlreadyOrdered):
        order_funding(charge=charge, by=None)


def test_an_order_is_posted_once():
    charge = payments.funded(900)
    order = charge.orders.get()
    assert post(order=order) == order.posting
    with pytest.raises(IntegrityError, match="order_id"), transaction.atomic():
        Posting.objects.create(charge=charge, order=order, move="funded")


@pytest.mark.parametrize("change", ["fen = 1", "key = 'x'", "kind = 'refund'"])
def test_an_order_stands_as_it_was_given(change):
    order_funding(charge=payments.a_charge(), by=None)
    with (
        pytest.raises(IntegrityError, match="order_stands"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE payments_order SET {change}")


@pytest.mark.parametrize("table", ["payments_posting", "payments_postingline"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_sites_role_cannot_alter_what_moved(as_site_role, table, verb):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))


def test_the_owner_of_the_database_meets_a_trigger():
    payments.funded(900)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_postingline SET fen = fen + 1 WHERE fen > 0")


def test_a_charge_with_money_is_not_cancelled():
    charge = payments.funded(900)
    with pytest.raises(errors.HoldsMoney):
        cancel_charge(charge=charge, by=None, at=timezone.now())
    payments.transferred(order_refund(charge=charge, fen=900, reason="", by=None))
    cancel_charge(charge=charge, by=None, at=timezone.now())
    with pytest.raises(errors.ChargeEnded):
        order_funding(charge=charge, by=None)


def test_one_standing_charge_for_a_thing():
    charge = payments.a_charge()
    with pytest.raises(errors.AlreadyCharged):
        payments.a_charge(reference=charge.reference)


def test_a_payment_taken_back_is_posted_once_per_event():
    with pytest.raises(errors.WrongProvider):
        post_reversal(charge=payments.funded(900), fen=100, external="dp_1")
    charge = payments.a_charge(900, provider="stripe")
    post(order=order_funding(charge=charge, by=None))
    first = post_reversal(charge=charge, fen=100, external="dp_1")
    assert post_reversal(charge=charge, fen=100, external="dp_1") == first
    assert held(charge) == 800


def test_no_payout_without_an_account():
    charge = payments.a_charge()
    payments.transferred(order_funding(charge=charge, by=None))
    with pytest.raises(errors.NotOurPayee):
        order_release(charge=charge, fen=1, reason="", by=None)


def test_the_key_of_an_order_is_its_entrys():
    order = order_funding(charge=payments.a_charge(), by=None)
    assert bytes(Entry.objects.get(kind="payments.ordered").commitment).hex() == order.key


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["fund", "release", "refund", "finish", "fail", "reverse"]), st.integers(1, 1200)
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_order_of_steps_breaks_the_sum(steps):
    charge = payments.a_charge(1000, provider="stripe")
    payments.account(charge, external=f"acct_{charge.pk}")
    for step, fen in steps:
        try:
            with transaction.atomic():
                take(charge, step, fen)
                connection.check_constraints()
        except (errors.PaymentRefused, IntegrityError):
            continue
    told = balances_of([charge.pk])[charge.pk]
    assert sum(told.values()) == 0
    assert told[Account.HELD] >= 0
    assert told[Account.INTERMEDIARY] + told[Account.FEE] + told[Account.REFUND] <= 1000


def take(charge, step, fen):
    waiting = Order.objects.filter(charge=charge, posting__isnull=True, failed_at__isnull=True).first()
    if step == "fund":
        order_funding(charge=charge, by=None)
    elif step == "release":
        order_release(charge=charge, fen=fen, reason="", by=None)
    elif step == "refund":
        order_refund(charge=charge, fen=fen, reason="", by=None)
    elif step == "reverse":
        post_reversal(charge=charge, fen=fen, external=f"dp_{next(world.count)}")
    elif waiting is not None:
        post(order=waiting) if step == "finish" else fail_order(order=waiting, why="no", at=timezone.now())


def test_a_charge_is_between_two_and_positive():
    one = world.entity()
    with pytest.raises(ValueError, match="positive"):
        payments.a_charge(payer=one, payee=one)
    with pytest.raises(ValueError, match="positive"):
        payments.a_charge(0)
    with pytest.raises(IntegrityError, match="charge_is_positive"), transaction.atomic():
        Charge.objects.create(
            ref="x", reference="r", group="g", title="t", payer=one, payee=world.entity(), fen=0
        )
