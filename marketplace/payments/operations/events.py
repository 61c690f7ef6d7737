"""What providers tell us. Told twice, late or out of order it ends the same: Stripe is asked again."""

import datetime as dt
import json
from typing import Any

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import PaymentRefused
from ..gateways.stripe_gateway import StripeProvider
from ..models import Order, PayoutAccount, ProviderEvent
from ..models.account import Provider
from ..models.event import EventState
from .holding import follow_dispute
from .settling import settle

OF_AN_ORDER = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "charge.succeeded",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "transfer.created",
    "transfer.updated",
    "transfer.reversed",
)
OF_A_DISPUTE = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
OF_AN_ACCOUNT = "account.updated"


def take_event(
    *, event: dict[str, Any], raw: bytes, provider: StripeProvider, at: dt.datetime
) -> ProviderEvent:
    """Keep an event whose signature was checked, and apply it in the same transaction, once.

    Gives the row, whose state says what became of it.
    """
    there = ProviderEvent.objects.filter(provider=Provider.STRIPE, external=event["id"]).first()
    if there is not None:
        return (
            there if there.state != EventState.FAILED else replay_event(event=there, provider=provider, at=at)
        )
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = ProviderEvent.objects.create(
                    provider=Provider.STRIPE,
                    external=event["id"],
                    kind=event["type"],
                    payload=raw.decode(),
                    state=EventState.NOTHING,
                    moved_at=at,
                )
        except IntegrityError:  # another process was first: it has waited for that one's commit
            return ProviderEvent.objects.get(provider=Provider.STRIPE, external=event["id"])
        return _apply(row, event, provider=provider, at=at)


def replay_event(
    *, event: ProviderEvent, provider: StripeProvider, at: dt.datetime, by: User | None = None
) -> ProviderEvent:
    """Apply a kept event once more. One that was applied stays as it is."""
    with transaction.atomic():
        locked = ProviderEvent.objects.select_for_update().get(pk=event.pk)
        if locked.state == EventState.APPLIED:
            return locked
        locked.tries += 1
        if by is not None:
            record(kind="payments.event_replayed", subject=locked, actor=by, body={"event": locked.external})
        return _apply(locked, json.loads(locked.payload), provider=provider, at=at)


def _apply(
    row: ProviderEvent, event: dict[str, Any], *, provider: StripeProvider, at: dt.datetime
) -> ProviderEvent:
    row.moved_at = at
    try:
        with transaction.atomic():
            row.state, row.said = _act(event, provider=provider, at=at), ""
            transaction.get_connection().check_constraints()
    except (PaymentRefused, IntegrityError) as failure:
        row.state, row.said = EventState.FAILED, str(failure)[:300]
    row.save(update_fields=["state", "said", "tries", "moved_at"])
    return row


def _act(event: dict[str, Any], *, provider: StripeProvider, at: dt.datetime) -> EventState:
    thing, kind = event["data"]["object"], event["type"]
    if kind == OF_AN_ACCOUNT:
        return _account(thing["id"], provider=provider, at=at)
    if kind not in OF_AN_ORDER and kind not in OF_A_DISPUTE:
        return EventState.UNKNOWN
    order = _order(provider.marks_of(thing))
    if order is None:
        return EventState.NOTHING
    if kind in OF_A_DISPUTE:
        follow_dispute(charge=order.charge, told=provider.dispute(thing["id"]), at=at)
        return EventState.APPLIED
    if not order.external:  # told before our own call came back: the task that made the call settles it
        return EventState.NOTHING
    settle(order=order, answer=provider.look(order), at=at)
    return EventState.APPLIED


def _order(marks: dict[str, str]) -> Order | None:
    """The order of an event's marks, its number and its key: a number alone could be anybody's."""
    number = marks.get("order", "")
    if not number.isdigit():
        return None
    found = Order.objects.select_related("charge").filter(pk=int(number), key=marks.get("key", "")).first()
    return found


def _account(external: str, *, provider: StripeProvider, at: dt.datetime) -> EventState:
    account = PayoutAccount.objects.filter(external=external, provider=Provider.STRIPE).first()
    if account is None:
        return EventState.NOTHING
    if account.ready_at is None and provider.account_ready(external):
        account.ready_at = at
        account.save(update_fields=["ready_at"])
        record(kind="payments.account_ready", subject=account, actor=None, body={"account": account.ending})
    return EventState.APPLIED
