"""Transfers made at a bank: three people, a number that is used once, a voucher that is one."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.payments import errors
from marketplace.payments.models import BankTransfer
from marketplace.payments.operations import (
    confirm_transfer,
    order_funding,
    receive_transfer,
    record_transfer,
    refuse_transfer,
)
from marketplace.payments.queries import held
from tests.factories import payments, world

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def order():
    return order_funding(charge=payments.a_charge(), by=None)


def recorded(order, number="N-1", voucher=None, by=None):
    return record_transfer(order=order, number=number, paid_on=DAY, voucher=voucher, by=by or world.user())


def now():
    return timezone.now()


def test_three_people_make_a_posting(order):
    made = recorded(order)
    receive_transfer(transfer=made, by=world.user(), at=now())
    assert held(order.charge) == 0
    confirm_transfer(transfer=made, by=world.user(), at=now())
    assert held(order.charge) == 90000


def test_nobody_takes_two_of_the_three_parts(order):
    one, two = world.user(), world.user()
    made = recorded(order, by=one)
    with pytest.raises(errors.ThreePeople):
        receive_transfer(transfer=made, by=one, at=now())
    with pytest.raises(errors.NotYetReceived):
        confirm_transfer(transfer=made, by=two, at=now())
    receive_transfer(transfer=made, by=two, at=now())
    for again in (one, two):
        with pytest.raises(errors.ThreePeople):
            confirm_transfer(transfer=made, by=again, at=now())


def test_the_database_holds_the_three_people(order):
    one = world.user()
    made = recorded(order, by=one)
    with (
        pytest.raises(IntegrityError, match="transfer_by_three_people"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE payments_banktransfer SET received_by_id = %s, received_at = now() WHERE id = %s",
            [one.pk, made.pk],
        )


def test_what_was_confirmed_stands(order):
    made = payments.transferred(order).transfers.get()
    with pytest.raises(errors.AlreadyAnswered):
        refuse_transfer(transfer=made, reason="no", by=world.user(), at=now())
    with (
        pytest.raises(IntegrityError, match="transfer_stands"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE payments_banktransfer SET number = 'other'")


def test_a_number_counts_once(order):
    recorded(order)
    other = order_funding(charge=payments.a_charge(), by=None)
    with pytest.raises(errors.NumberUsed):
        recorded(other)
    with pytest.raises(errors.TransferStands):
        recorded(order, number="N-2")


def test_one_that_is_refused_makes_room_for_another(order):
    made = recorded(order)
    with pytest.raises(errors.ReasonNeeded):
        refuse_transfer(transfer=made, reason=" ", by=world.user(), at=now())
    refuse_transfer(transfer=made, reason="未到账", by=world.user(), at=now())
    assert recorded(order).pk != made.pk


def test_a_voucher_is_told_by_its_bytes(order):
    page = SimpleUploadedFile("v.pdf", b"<html>", content_type="application/pdf")
    with pytest.raises(errors.VoucherRefused):
        recorded(order, voucher=page)
    assert not BankTransfer.objects.exists()
    made = recorded(order, voucher=SimpleUploadedFile("../v.pdf", b"%PDF-1.7 x"))
    assert made.voucher_digest
    assert ".." not in made.voucher.name


def test_a_charge_by_stripe_takes_no_transfer():
    order = order_funding(charge=payments.a_charge(provider="stripe"), by=None)
    with pytest.raises(errors.WrongProvider):
        recorded(order)
