"""Transfers made at a bank: recorded by one side, seen to arrive by the other and by a second person."""

import datetime as dt
import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import (
    AlreadyAnswered,
    AlreadyOrdered,
    NotYetReceived,
    NumberUsed,
    ReasonNeeded,
    ThreePeople,
    TransferStands,
    VoucherRefused,
    WrongProvider,
)
from ..models import BankTransfer, Order
from ..models.account import Provider
from .posting import post

VOUCHER_LIMIT = 10 * 1024 * 1024
_BEGINS = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def _voucher(upload: "UploadedFile[Any] | None") -> "tuple[ContentFile[bytes] | None, str, str]":
    """The file, its name and SHA-256. Raises VoucherRefused by its first bytes, not by its name."""
    if upload is None:
        return None, "", ""
    if (upload.size or 0) > VOUCHER_LIMIT:
        raise VoucherRefused
    held = upload.read()
    if not held.startswith(_BEGINS):
        raise VoucherRefused
    name = (upload.name or "")[-100:]
    return ContentFile(held, name=name), name, hashlib.sha256(held).hexdigest()


def record_transfer(
    *,
    order: Order,
    number: str,
    paid_on: dt.date,
    voucher: "UploadedFile[Any] | None",
    by: User,
) -> BankTransfer:
    """Put on record that the money left: the bank's number, the day, a voucher.

    Raises WrongProvider, AlreadyOrdered where the order failed or is done, VoucherRefused, TransferStands,
    NumberUsed.
    """
    file, name, digest = _voucher(voucher)
    with transaction.atomic():
        locked = Order.objects.select_for_update(no_key=True).select_related("charge").get(pk=order.pk)
        if locked.charge.provider != Provider.BANK:
            raise WrongProvider
        if locked.failed_at or hasattr(locked, "posting"):
            raise AlreadyOrdered
        made = BankTransfer(
            order=locked,
            number=number.strip(),
            paid_on=paid_on,
            voucher_name=name,
            voucher_digest=digest,
            recorded_by=by,
        )
        if file is not None:
            made.voucher = file
        _store(made)
        body = {"number": made.number, "on": paid_on.isoformat(), "voucher": digest, "order": locked.key}
        record(kind="payments.transfer_recorded", subject=locked.charge, actor=by, body=body)
        return made


def _store(made: BankTransfer) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as refusal:
        if "transfer_one_standing_per_order" in str(refusal):
            raise TransferStands from refusal
        if "transfer_number_once" in str(refusal):
            raise NumberUsed from refusal
        raise


def _open(transfer: BankTransfer) -> BankTransfer:
    locked = BankTransfer.objects.select_for_update(no_key=True).get(pk=transfer.pk)
    if locked.confirmed_at or locked.refused_at:
        raise AlreadyAnswered
    return locked


@transaction.atomic
def receive_transfer(*, transfer: BankTransfer, by: User, at: dt.datetime) -> BankTransfer:
    """The receiver saw the money in its account. Raises AlreadyAnswered, ThreePeople."""
    locked = _open(transfer)
    if locked.received_at:
        raise AlreadyAnswered
    if by.pk == locked.recorded_by_id:
        raise ThreePeople
    locked.received_by, locked.received_at = by, at
    locked.save(update_fields=["received_by", "received_at"])
    _say("received", locked, by)
    return locked


@transaction.atomic
def confirm_transfer(*, transfer: BankTransfer, by: User, at: dt.datetime) -> BankTransfer:
    """A second person confirms what the receiver saw, and the money is posted.

    Raises AlreadyAnswered, NotYetReceived, ThreePeople.
    """
    locked = _open(transfer)
    if not locked.received_at:
        raise NotYetReceived
    if by.pk in (locked.recorded_by_id, locked.received_by_id):
        raise ThreePeople
    locked.confirmed_by, locked.confirmed_at = by, at
    locked.save(update_fields=["confirmed_by", "confirmed_at"])
    _say("confirmed", locked, by)
    post(order=locked.order, external=locked.number, by=by)
    return locked


@transaction.atomic
def refuse_transfer(*, transfer: BankTransfer, reason: str, by: User, at: dt.datetime) -> BankTransfer:
    """It did not arrive, or not so: another may then be recorded.

    Raises AlreadyAnswered, ReasonNeeded, ThreePeople.
    """
    locked = _open(transfer)
    if not reason.strip():
        raise ReasonNeeded
    if by.pk == locked.recorded_by_id:
        raise ThreePeople
    locked.refused_by, locked.refused_at, locked.reason = by, at, reason.strip()[:300]
    locked.save(update_fields=["refused_by", "refused_at", "reason"])
    _say("refused", locked, by, reason=locked.reason)
    return locked


def _say(step: str, transfer: BankTransfer, by: User, **more: str) -> None:
    order = transfer.order
    record(
        kind=f"payments.transfer_{step}",
        subject=order.charge,
        actor=by,
        body={"number": transfer.number, **more},
    )
