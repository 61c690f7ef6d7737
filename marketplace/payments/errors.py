"""Named refusals of this room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class PaymentRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader, `next_step` what to do."""

    message: StrOrPromise = _("This payment cannot be made.")
    next_step: StrOrPromise = ""

    def __str__(self) -> str:
        return str(self.message)


class AlreadyCharged(PaymentRefused):
    message = _("There is a charge for this already.")


class ChargeEnded(PaymentRefused):
    message = _("This charge was cancelled.")


class HoldsMoney(PaymentRefused):
    message = _("Money is held for this charge. Refund or release it first.")


class NotHeld(PaymentRefused):
    message = _("No more can be paid out than is held and not yet ordered.")


class HeldBack(NotHeld):
    message = _("This payment is held back: its bank or the provider has a say in it first.")
    next_step = _("The page of the payment says why, and until when.")


class HoldEnded(PaymentRefused):
    message = _("This payment is not held back any more.")


class BankDecides(PaymentRefused):
    message = _("A dispute with the bank ends when the bank has decided it.")


class AlreadyOrdered(PaymentRefused):
    message = _("This payment was ordered already. Wait for its answer, or see it fail first.")


class NotOurPayee(PaymentRefused):
    message = _("The intermediary has no account for payouts yet.")
    next_step = _("It adds one on its payments page; the payment can be ordered then.")


class WrongProvider(PaymentRefused):
    message = _("This charge is not paid by bank transfer.")


class TransferStands(PaymentRefused):
    message = _("A transfer is recorded for this order already.")


class NumberUsed(PaymentRefused):
    message = _("A transfer with this number is recorded already.")


class AlreadyAnswered(PaymentRefused):
    message = _("This transfer was confirmed or refused already.")


class NotYetReceived(PaymentRefused):
    message = _("Its receiver confirms a transfer first, then a second person.")


class ThreePeople(PaymentRefused):
    message = _("Whoever records a transfer, whoever receives it and whoever confirms it are three people.")


class ReasonNeeded(PaymentRefused):
    message = _("Say why the transfer is refused.")


class VoucherRefused(PaymentRefused):
    message = _("A voucher is a PDF, PNG or JPEG file of at most 10 MB.")


class ProviderAway(PaymentRefused):
    message = _("The payment provider does not answer. Nothing was paid twice; it is tried again.")


class ProviderRefused(PaymentRefused):
    message = _("The payment provider refused the payment.")


class Forged(PaymentRefused):
    message = _("The signature of this event is wrong or too old.")


class AmountDiffers(PaymentRefused):
    message = _("The provider moved another sum than was ordered.")


class StatementRefused(PaymentRefused):
    """A bank statement of which nothing is kept, as rows of it are faulty: `faults` says which and why."""

    message = _("Nothing was kept: put the rows below right in your file and upload it again.")

    def __init__(self, faults: Sequence[Any], found: int) -> None:
        super().__init__()
        self.faults, self.found = faults, found


class AccountNotNamed(PaymentRefused):
    message = _(
        "The operating centre has not named its account yet, so no row can be told to be a payment to it."
    )
    next_step = _("Its staff name it in the settings of the site.")


class NoAccountsTold(PaymentRefused):
    message = _(
        "The column “Counterparty's account” is missing: only rows that name the operating centre's are kept."
    )
    next_step = _("Begin with the template, and fill that column in.")


class StatementWithdrawn(PaymentRefused):
    message = _("This statement was withdrawn already.")


class WithdrawalNeedsReason(PaymentRefused):
    message = _("Say why the statement is withdrawn.")
