"""What a provider answered becomes postings. Asking again is asking the same: the key is the order's."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from ..errors import AmountDiffers, ProviderRefused
from ..gateways import Answer, State, provider_named
from ..models import Order, Posting
from ..models.order import OrderKind
from ..queries import fee_in_force, open_account
from .holding import take_back
from .ordering import fail_order, note_external
from .posting import post


@transaction.atomic
def settle(*, order: Order, answer: Answer, at: dt.datetime) -> None:
    """Post what is done and what came back, fail what failed, leave what waits. Raises AmountDiffers."""
    note_external(order=order, external=answer.external, address=answer.address)
    if answer.state is State.FAILED and Posting.objects.filter(order=order).exists():
        take_back(order=order, whole=_expected(order))  # a refund that was done, and failed afterwards
    elif answer.state is State.FAILED:
        fail_order(order=order, why=answer.why or "failed", at=at)
    elif answer.state is State.DONE:
        if answer.fen != _expected(order):
            raise AmountDiffers
        post(order=order, external=answer.external)
        if answer.came_back:
            take_back(order=order, whole=answer.came_back)


def _expected(order: Order) -> int:
    fee = fee_in_force(order.fen, at=order.ordered_at) if order.kind == OrderKind.RELEASE else 0
    return order.fen - fee


def carry_out(*, order: Order, at: dt.datetime) -> None:
    """Ask the provider to do what was ordered, or how it stands; nothing for a bank transfer or an end.

    A crash after the provider's answer and before our commit changes nothing: the next call has the same key.
    Raises ProviderAway, to be tried again, and AmountDiffers.
    """
    provider = provider_named(order.charge.provider)
    if provider is None or order.failed_at or hasattr(order, "posting"):
        return
    account = open_account(order.charge.payee, order.charge.provider)
    back = settings.SITE_URL.rstrip("/") + order.charge.get_absolute_url()
    try:
        known = provider.look(order) if order.external else None
        answer = known or provider.carry_out(order, account=account, back=back)
    except ProviderRefused as refusal:
        fail_order(order=order, why=str(refusal.args[0] if refusal.args else refusal), at=at)
        return
    settle(order=order, answer=answer, at=at)
