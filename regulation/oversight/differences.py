"""What contracts and payments may be found not to fit by, in words. Pure."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "amount": _("the provider moved another sum"),
    "taken_back": _("the payer's bank took a payment back"),
    "came_back": _("a payment out came back"),
    "state": _("the provider says otherwise"),
    "provider_silent": _("the provider did not answer"),
    "provider_unset": _("the provider is not set up any more"),
    "bank_amount": _("the bank moved another sum than is recorded"),
    "bank_number": _("the bank has it under another number than is recorded"),
    "bank_refused": _("refused here, and moved at the bank"),
    "bank_unrecorded": _("at the bank, not recorded here"),
    "bank_missing": _("recorded here, not at the bank"),
    "charged": _("what is owed is not the price"),
    "overpaid": _("more was paid than was accepted"),
    "waits": _("accepted and held, and not paid out for days"),
    "unpaid": _("due and not paid in"),
    "owner_did_not_sign": _("the owner did not sign the contract in time"),
    "undecided": _("the mediator did not decide in time"),
    "drift": _("the price moved further than the limit"),
}


def words(what: str) -> str:
    return str(WORDS.get(what, what))
