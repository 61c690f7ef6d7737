"""Charges and orders for tests, as plain as they can be."""

import datetime as dt

from django.utils import timezone

from marketplace.payments.models import Charge, Order, PayoutAccount
from marketplace.payments.models.account import Provider
from marketplace.payments.operations import (
    charge,
    confirm_transfer,
    order_funding,
    receive_transfer,
    record_transfer,
)
from tests.factories import world


def a_charge(fen: int = 900_00, provider: str = Provider.BANK, **fields: object) -> Charge:
    n = next(world.count)
    told = {
        "reference": f"test.thing/{n}",
        "group": f"test.group/{n}",
        "title": f"款项{n}",
        "payer": fields.pop("payer", None) or world.entity(),
        "payee": fields.pop("payee", None) or world.entity("intermediary"),
        "due_on": None,
        "by": None,
    }
    return charge(fen=fen, provider=Provider(provider), **told | fields)


def account(of: Charge, external: str = "6222000011112222") -> PayoutAccount:
    return PayoutAccount.objects.create(
        entity=of.payee,
        provider=of.provider,
        holder="户名",
        bank="开户行",
        external=external,
        ready_at=timezone.now(),
    )


def transferred(order: Order) -> Order:
    """The order carried out at a bank by three people."""
    held = record_transfer(
        order=order,
        number=f"N{next(world.count)}",
        paid_on=dt.date(2026, 1, 1),
        voucher=None,
        by=world.user(),
    )
    receive_transfer(transfer=held, by=world.user(), at=timezone.now())
    confirm_transfer(transfer=held, by=world.user(), at=timezone.now())
    order.refresh_from_db()
    return order


def funded(fen: int = 900_00, **fields: object) -> Charge:
    """A charge that is paid into custody by bank transfer, and whose payee has an account."""
    made = a_charge(fen, **fields)
    account(made)
    transferred(order_funding(charge=made, by=None))
    return made
