"""Payments that the payer disputes with its bank, or that came back: nothing moves before it is clear."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..books import to_yuan
from ..errors import BankDecides, HoldEnded, PaymentRefused, ReasonNeeded
from ..gateways import Disputed, stripe_gateway
from ..models import Charge, Hold, Order
from ..models.hold import HoldCause
from ..queries import standing_holds
from .posting import post_reinstatement, post_return, post_reversal

AT_ONCE = 100


def _begin(charge: Charge, cause: HoldCause, external: str, fen: int, told: str) -> Hold:
    made, new = Hold.objects.get_or_create(
        external=external, defaults={"charge": charge, "cause": cause, "fen": fen, "told": told}
    )
    if new:
        body = {"why": str(cause), "amount": str(to_yuan(fen)), "hold": external}
        record(kind="payments.held_back", subject=charge, actor=None, body=body)
    return made


def _end(hold: Hold, *, why: str, by: User | None, at: dt.datetime) -> None:
    hold.ended_at, hold.ended_by, hold.reason = at, by, why[:300]
    hold.save(update_fields=["ended_at", "ended_by", "reason"])
    body = {"reason": hold.reason, "hold": hold.external}
    record(kind="payments.hold_ended", subject=hold.charge, actor=by, body=body)


@transaction.atomic
def follow_dispute(*, charge: Charge, told: Disputed, at: dt.datetime) -> Hold:
    """Bring charge and books to what the provider says of a dispute now; the same again changes nothing.

    Raises WrongProvider.
    """
    locked = Charge.objects.select_for_update().get(pk=charge.pk)
    hold = _begin(locked, HoldCause.DISPUTED, told.external, told.fen, told.status)
    if (hold.told, hold.answer_by) != (told.status, told.answer_by):
        hold.told, hold.answer_by = told.status, told.answer_by
        hold.save(update_fields=["told", "answer_by"])
    if told.taken:
        post_reversal(charge=locked, fen=told.taken, external=told.external)
    if told.given_back:
        post_reinstatement(charge=locked, fen=told.given_back, external=told.external)
    if told.over and hold.ended_at is None:
        hold.charge = locked
        _end(hold, why=told.status, by=None, at=at)
    return hold


def follow_standing(*, at: dt.datetime) -> int:
    """Ask again how disputes stand whose end nobody has told; how many. One unanswered is asked later."""
    provider, done = stripe_gateway.from_settings(), 0
    if provider is None:
        return 0
    for hold in standing_holds().filter(cause=HoldCause.DISPUTED)[:AT_ONCE]:
        try:
            follow_dispute(charge=hold.charge, told=provider.dispute(hold.external), at=at)
        except PaymentRefused:
            continue
        done += 1
    return done


@transaction.atomic
def take_back(*, order: Order, whole: int) -> None:
    """Of a payment out that was carried out so much came back so far: it is held, and waits for a person."""
    charge = Charge.objects.select_for_update().get(pk=order.charge_id)
    made = post_return(order=order, whole=whole)
    if made is not None:
        _begin(charge, HoldCause.RETURNED, made.external, whole, "returned")


@transaction.atomic
def end_hold(*, hold: Hold, reason: str, by: User, at: dt.datetime) -> Hold:
    """Money that came back may be paid out again. Raises BankDecides, HoldEnded and ReasonNeeded."""
    charge = Charge.objects.select_for_update().get(pk=hold.charge_id)
    locked = Hold.objects.select_for_update().get(pk=hold.pk)
    if locked.cause == HoldCause.DISPUTED:
        raise BankDecides
    if locked.ended_at is not None:
        raise HoldEnded
    why = reason.replace("\0", "").strip()
    if not why:
        raise ReasonNeeded
    locked.charge = charge
    _end(locked, why=why, by=by, at=at)
    return locked
