"""The seller's invoices (发票): each number once, all of a milestone within what is charged."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Sum

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..dispute_queries import settlement_of
from ..errors import InvoiceNumber, InvoiceTooMuch, InvoiceUsed
from ..models import Invoice, Milestone
from ..models.deliverable import new_ref
from .acting import locked_milestone
from .delivering import Kept, looked_at
from .uploading import spend, whole_files

_NUMBER = re.compile(r"[0-9]{8}|[0-9]{20}")
WITH_TAX = 113  # percent: prices are without tax, 13 percent is the highest rate


@transaction.atomic
def record_invoice(
    *,
    milestone: Milestone,
    number: str,
    code: str,
    issued_on: dt.date,
    fen: int,
    by: User,
    at: dt.datetime,
    file: "UploadedFile[Any] | None" = None,
    held: Sequence[str] = (),
) -> Invoice:
    """The seller puts an invoice on record, with its file, or the one that came in parts (`held`).

    Raises InvoiceNumber, InvoiceUsed, InvoiceTooMuch, FileRefused, UploadGone and PartsMissing.

    The invoices of a milestone may exceed what is charged for it, or left of it by a settlement, by tax.
    """
    parts = whole_files(refs=held[:1], contract=milestone.contract, by=by)
    kept = looked_at([file] if file else [], parts)[0] if file or parts else None
    locked = locked_milestone(milestone)
    spend(parts)
    number = number.replace(" ", "")
    if not _NUMBER.fullmatch(number):
        raise InvoiceNumber
    if fen > _left(locked):
        raise InvoiceTooMuch
    made = Invoice(
        milestone=locked,
        issuer=locked.contract.seller,
        ref=new_ref(),
        number=number,
        code=code.strip(),
        issued_on=issued_on,
        fen=fen,
        recorded_by=by,
        recorded_at=at,
    )
    _save(made, kept)
    body = {"milestone": locked.position, "name": locked.name, "number": number, "file": made.file_digest}
    record(kind="contracts.invoiced", subject=locked.contract, actor=by, body=body, noticeable=False)
    return made


def _left(milestone: Milestone) -> int:
    """Whole fen that may still be invoiced for a milestone, tax included."""
    before = milestone.invoices.aggregate(n=Sum("fen"))["n"] or 0
    settlement = settlement_of(milestone)
    charged = settlement.released_fen if settlement else milestone.fen
    return int(charged * WITH_TAX // 100 - before)


def _save(invoice: Invoice, kept: Kept | None) -> None:
    """Raises InvoiceUsed."""
    try:
        with transaction.atomic():
            if kept is not None:
                invoice.file_name, invoice.file_digest, invoice.scan = kept.name, kept.digest, kept.scan
                invoice.file.save(kept.name, kept.file, save=False)
            invoice.save(force_insert=True)
    except IntegrityError as refusal:
        if "invoice_number_once_an_issuer" in str(refusal):
            raise InvoiceUsed from refusal
        raise
