"""What is owed."""

import base64
import datetime as dt
import secrets

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..books import to_yuan
from ..errors import AlreadyCharged, ChargeEnded, HoldsMoney
from ..models import Charge
from ..models.account import Provider


def _new_ref() -> str:
    return "p-" + base64.b32encode(secrets.token_bytes(8)).decode().rstrip("=").lower()


@transaction.atomic
def charge(
    *,
    reference: str,
    group: str,
    title: str,
    payer: Entity,
    payee: Entity,
    fen: int,
    provider: Provider,
    due_on: dt.date | None,
    is_invented: bool = False,
    by: User | None,
) -> Charge:
    """Put on record that `payer` owes `payee` a whole number of fen for what `reference` names.

    Raises AlreadyCharged where a charge for the reference stands; ValueError where fen <= 0 or the payer is
    the payee.
    """
    if fen <= 0 or payer.pk == payee.pk:
        raise ValueError("a charge is a positive sum between two entities")
    made = Charge(
        ref=_new_ref(),
        reference=reference,
        group=group,
        title=title[:300],
        payer=payer,
        payee=payee,
        fen=fen,
        provider=provider,
        due_on=due_on,
        is_invented=is_invented,
    )
    _store(made)
    body = {
        "reference": reference,
        "group": group,
        "payer": payer.urn,
        "payee": payee.urn,
        "amount": str(to_yuan(fen)),
        "provider": str(provider),
    }
    record(kind="payments.charged", subject=made, actor=by, body=body)
    return made


def _store(made: Charge) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as refusal:
        if "charge_one_standing_per_reference" in str(refusal):
            raise AlreadyCharged from refusal
        raise


@transaction.atomic
def cancel_charge(*, charge: Charge, by: User | None, at: dt.datetime) -> Charge:
    """Nothing is owed any more. Raises ChargeEnded, and HoldsMoney while money is held or on its way."""
    locked = Charge.objects.select_for_update().get(pk=charge.pk)
    if locked.cancelled_at:
        raise ChargeEnded
    if locked.orders.filter(failed_at__isnull=True, posting__isnull=True).exists():
        raise HoldsMoney
    locked.cancelled_at = at
    try:
        with transaction.atomic():
            locked.save(update_fields=["cancelled_at"])
    except IntegrityError as refusal:
        if "charge_holds_money" in str(refusal):
            raise HoldsMoney from refusal
        raise
    record(kind="payments.charge_cancelled", subject=locked, actor=by, body={})
    return locked
