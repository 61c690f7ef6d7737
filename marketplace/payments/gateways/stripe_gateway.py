"""Stripe: Connect accounts, Checkout for each charge, separate transfers with a group per contract, refunds.

Amounts are whole fen. The key is a restricted one, from the environment, and is never logged. What
waits is a held payment: no escrow.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import stripe
from django.conf import settings

from ..errors import Forged, ProviderAway, ProviderRefused
from ..models import Order, PayoutAccount
from ..models.order import OrderKind
from ..queries import fee_in_force
from .base import Answer, Disputed, State

TOLERANCE = 300  # seconds: an older signature is refused
_OVER = ("won", "lost", "warning_closed", "prevented")  # won: once the money is back, too
P = ParamSpec("P")
R = TypeVar("R")
METHODS = ("card", "alipay", "wechat_pay")
_SESSION_STATES = {"open": State.WAITING, "expired": State.FAILED}
_REFUND_STATES = {"succeeded": State.DONE, "failed": State.FAILED, "canceled": State.FAILED}


def spoken(function: Callable[P, R]) -> Callable[P, R]:
    """Stripe's exceptions in this room's words: away (tried again) or refused (said no)."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as failure:
            raise ProviderAway from failure
        except stripe.StripeError as failure:
            raise ProviderRefused(str(failure.user_message or failure.code or "")) from failure

    return guarded


class StripeProvider:
    """PaymentProvider over a StripeClient."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.client = client

    @spoken
    def carry_out(self, order: Order, *, account: PayoutAccount | None, back: str) -> Answer:
        ask = {OrderKind.FUND: self._fund, OrderKind.RELEASE: self._release, OrderKind.REFUND: self._refund}
        return ask[OrderKind(order.kind)](order, account=account, back=back)

    @spoken
    def look(self, order: Order) -> Answer:
        if order.kind == OrderKind.FUND:
            return _of_session(
                self.client.v1.checkout.sessions.retrieve(
                    order.external, params={"expand": ["payment_intent"]}
                )
            )
        if order.kind == OrderKind.RELEASE:
            return _of_transfer(self.client.v1.transfers.retrieve(order.external))
        return _of_refund(self.client.v1.refunds.retrieve(order.external))

    def _fund(self, order: Order, *, account: PayoutAccount | None, back: str) -> Answer:
        charge = order.charge
        made = self.client.v1.checkout.sessions.create(
            params={
                "mode": "payment",
                "client_reference_id": charge.ref,
                "allowed_payment_method_types": list(METHODS),
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "cny",
                            "unit_amount": order.fen,
                            "product_data": {"name": charge.title},
                        },
                    }
                ],
                "payment_method_options": {"wechat_pay": {"client": "web"}},
                "payment_intent_data": {"transfer_group": charge.group, "metadata": _marks(order)},
                "metadata": _marks(order),
                "success_url": back,
                "cancel_url": back,
            },
            options={"idempotency_key": order.key},
        )
        return _of_session(made)

    def _release(self, order: Order, *, account: PayoutAccount | None, back: str) -> Answer:
        if account is None:
            raise ProviderRefused
        fee = fee_in_force(order.fen, at=order.ordered_at)
        made = self.client.v1.transfers.create(
            params={
                "amount": order.fen - fee,
                "currency": "cny",
                "destination": account.external,
                "transfer_group": order.charge.group,
                "metadata": _marks(order),
            },
            options={"idempotency_key": order.key},
        )
        return _of_transfer(made)

    def _refund(self, order: Order, *, account: PayoutAccount | None, back: str) -> Answer:
        paid = order.charge.orders.filter(kind=OrderKind.FUND, posting__isnull=False)
        funding = paid.order_by("-pk").first()  # the one before was taken back by the payer's bank
        if funding is None:
            raise ProviderRefused
        session = self.client.v1.checkout.sessions.retrieve(funding.external)
        made = self.client.v1.refunds.create(
            params={
                "payment_intent": _id(session.payment_intent),
                "amount": order.fen,
                "metadata": _marks(order),
            },
            options={"idempotency_key": order.key},
        )
        return _of_refund(made)

    @spoken
    def dispute(self, external: str) -> Disputed:
        """What Stripe says of a dispute now."""
        return _of_dispute(self.client.v1.disputes.retrieve(external))

    @spoken
    def open_account(self, *, email: str, key: str) -> str:
        """A connected account for an intermediary; Stripe asks it for the rest. Gives its identifier."""
        made = self.client.v1.accounts.create(
            params={
                "country": "CN",
                "email": email,
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
                "capabilities": {"transfers": {"requested": True}},
            },
            options={"idempotency_key": key},
        )
        return made.id

    @spoken
    def account_link(self, external: str, *, back: str) -> str:
        """Where the intermediary tells Stripe who it is; good for minutes, so made when it is pressed."""
        made = self.client.v1.account_links.create(
            params={
                "account": external,
                "type": "account_onboarding",
                "refresh_url": back,
                "return_url": back,
            }
        )
        return made.url

    @spoken
    def account_ready(self, external: str) -> bool:
        return bool(self.client.v1.accounts.retrieve(external).payouts_enabled)

    def read_event(self, raw: bytes, signature: str, secret: str) -> dict[str, Any]:
        """An event whose signature over the raw body is right and at most five minutes old.

        Raises Forged.
        """
        try:
            event = self.client.construct_event(raw, signature, secret, tolerance=TOLERANCE)
        except (ValueError, stripe.SignatureVerificationError) as failure:
            raise Forged from failure
        return dict(event.to_dict())

    @spoken
    def marks_of(self, thing: dict[str, Any]) -> dict[str, str]:
        """The marks we gave what an event is about; asked of Stripe where the event does not carry them."""
        marks = dict(thing.get("metadata") or {})
        if "order" in marks or not thing.get("payment_intent"):
            return marks
        found = self.client.v1.payment_intents.retrieve(_id(thing["payment_intent"]))
        return dict(found.metadata.to_dict()) if found.metadata else {}


def _marks(order: Order) -> dict[str, str]:
    return {"order": str(order.pk), "key": order.key}


def _id(thing: Any) -> str:
    """The identifier of what Stripe gives expanded or not."""
    return str(getattr(thing, "id", None) or thing or "")


def _of_session(session: Any) -> Answer:
    paid = session.payment_status == "paid"
    state = State.DONE if paid else _SESSION_STATES.get(session.status or "", State.WAITING)
    why = "expired" if state is State.FAILED else ""
    return Answer(session.id, state, int(session.amount_total or 0), session.url or "", why)


def _of_transfer(transfer: Any) -> Answer:
    back = int(transfer.amount_reversed or 0)
    return Answer(transfer.id, State.DONE, int(transfer.amount), came_back=back)


def _of_refund(refund: Any) -> Answer:
    state = _REFUND_STATES.get(refund.status or "", State.WAITING)
    return Answer(refund.id, state, int(refund.amount), why=str(getattr(refund, "failure_reason", "") or ""))


def _of_dispute(dispute: Any) -> Disputed:
    """Withdrawn and reinstated by its balance transactions: in our currency, or the sum disputed."""
    moved = {True: 0, False: 0}
    for one in dispute.balance_transactions or []:
        fen = abs(int(one.amount)) if one.currency == dispute.currency else int(dispute.amount)
        moved[one.amount < 0] += fen
    lost_or_no_money = dispute.status != "won" or not moved[True] or bool(moved[False])
    by = getattr(dispute.evidence_details, "due_by", None) if dispute.evidence_details else None
    return Disputed(
        external=dispute.id,
        status=dispute.status,
        fen=int(dispute.amount),
        taken=moved[True],
        given_back=moved[False],
        over=dispute.status in _OVER and lost_or_no_money,
        answer_by=dt.datetime.fromtimestamp(by, dt.UTC) if by else None,
    )


def from_settings() -> StripeProvider | None:
    """The provider by the environment's key; None where there is none, and charges go by bank transfer."""
    if not settings.STRIPE_API_KEY:
        return None
    return StripeProvider(stripe.StripeClient(settings.STRIPE_API_KEY, max_network_retries=1))
