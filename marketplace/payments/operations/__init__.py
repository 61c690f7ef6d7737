"""Writes of payments: one verb, one transaction, one ledger entry."""

from .accounts import name_bank_account, note_accounts_named_before, open_stripe_account
from .banking import take_bank_statement, withdraw_bank_statement
from .charging import cancel_charge, charge
from .comparing import compare_with_provider
from .comparing_banks import compare_with_banks
from .events import replay_event, take_event
from .holding import end_hold, follow_dispute, follow_standing, take_back
from .ordering import fail_order, note_external, order_funding, order_refund, order_release
from .posting import post, post_reinstatement, post_return, post_reversal
from .settling import carry_out, settle
from .transferring import confirm_transfer, receive_transfer, record_transfer, refuse_transfer

__all__ = [
    "cancel_charge",
    "carry_out",
    "charge",
    "compare_with_banks",
    "compare_with_provider",
    "confirm_transfer",
    "end_hold",
    "fail_order",
    "follow_dispute",
    "follow_standing",
    "name_bank_account",
    "note_accounts_named_before",
    "note_external",
    "open_stripe_account",
    "order_funding",
    "order_refund",
    "order_release",
    "post",
    "post_reinstatement",
    "post_return",
    "post_reversal",
    "receive_transfer",
    "record_transfer",
    "refuse_transfer",
    "replay_event",
    "settle",
    "take_back",
    "take_bank_statement",
    "take_event",
    "withdraw_bank_statement",
]
