"""What a provider is asked to do. The order is on record before anybody is asked."""

import datetime as dt

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..books import to_yuan
from ..errors import AlreadyOrdered, ChargeEnded, HeldBack, NotHeld, NotOurPayee
from ..models import Charge, Order, PayoutAccount
from ..models.order import OrderKind
from ..queries import owed


def _order(*, charge: Charge, kind: OrderKind, fen: int, reason: str, by: User | None) -> Order:
    """The order and its entry, whose commitment is the idempotency key of each call to the provider."""
    with transaction.atomic():
        locked = Charge.objects.select_for_update().get(pk=charge.pk)
        if locked.cancelled_at:
            raise ChargeEnded
        body = {"order": str(kind), "amount": str(to_yuan(fen)), "reason": reason}
        entry = record(kind="payments.ordered", subject=locked, actor=by, body=body)
        try:
            with transaction.atomic():
                return Order.objects.create(
                    charge=locked,
                    kind=kind,
                    fen=fen,
                    key=bytes(entry.commitment).hex(),
                    reason=reason[:300],
                    ordered_by=by,
                )
        except IntegrityError as refusal:
            if "order_held_back" in str(refusal):
                raise HeldBack from refusal
            if "order_one_funding_at_a_time" in str(refusal):
                raise AlreadyOrdered from refusal
            if "order_within_what_is_held" in str(refusal):
                raise NotHeld from refusal
            raise


def order_funding(*, charge: Charge, by: User | None) -> Order:
    """Ask the payer's money into custody, the whole sum, or what its bank has taken back of it.

    Raises ChargeEnded, AlreadyOrdered where nothing is owed or a payment is on its way, HeldBack.
    """
    fen = owed(charge) or charge.fen  # of which nothing is owed: refused under the charge's lock
    return _order(charge=charge, kind=OrderKind.FUND, fen=fen, reason="", by=by)


def order_release(*, charge: Charge, fen: int, reason: str, by: User | None) -> Order:
    """Pay held money to the payee: fen > 0. Whoever calls has seen that it is due and the gate clear.

    Raises ChargeEnded, NotHeld, HeldBack, and NotOurPayee where the provider cannot pay the payee yet.
    """
    account = PayoutAccount.objects.filter(
        entity=charge.payee_id, provider=charge.provider, closed_at__isnull=True, ready_at__isnull=False
    )
    if not account.exists():
        raise NotOurPayee
    return _order(charge=charge, kind=OrderKind.RELEASE, fen=fen, reason=reason, by=by)


def order_refund(*, charge: Charge, fen: int, reason: str, by: User | None) -> Order:
    """Give held money back to the payer: fen > 0. Raises ChargeEnded, NotHeld, HeldBack."""
    return _order(charge=charge, kind=OrderKind.REFUND, fen=fen, reason=reason, by=by)


@transaction.atomic
def note_external(*, order: Order, external: str, address: str = "") -> Order:
    """Keep what the provider calls the order, and where the payer goes to pay; once."""
    locked = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    if locked.external:
        return locked
    locked.external, locked.address = external, address
    locked.save(update_fields=["external", "address"])
    return locked


@transaction.atomic
def fail_order(*, order: Order, why: str, at: dt.datetime) -> Order:
    """The provider said no, or the payer let it lapse: it can be ordered anew. What was posted stays."""
    locked = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    if locked.failed_at or hasattr(locked, "posting"):
        return locked
    locked.failed_at, locked.failure = at, why[:300]
    locked.save(update_fields=["failed_at", "failure"])
    body = {"order": locked.kind, "amount": str(to_yuan(locked.fen)), "why": why[:300]}
    record(kind="payments.order_failed", subject=locked.charge, actor=None, body=body)
    return locked
