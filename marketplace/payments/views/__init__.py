"""Pages of payments."""

from .banking import (
    bank_statement,
    bank_statement_file,
    bank_statement_list,
    bank_statement_new,
    bank_statement_template,
    bank_statement_withdraw,
)
from .fees import fees
from .own import account, charge, charge_list, stripe_account, voucher
from .provider import stripe_webhook
from .staff import event_list, event_replay, hold_end, hold_list, payout_list, transfer_list
from .statements import statement, statement_file, statement_file_of, statement_of
from .steps import fund, transfer_confirm, transfer_new, transfer_receive, transfer_refuse

__all__ = [
    "account",
    "bank_statement",
    "bank_statement_file",
    "bank_statement_list",
    "bank_statement_new",
    "bank_statement_template",
    "bank_statement_withdraw",
    "charge",
    "charge_list",
    "event_list",
    "event_replay",
    "fees",
    "fund",
    "hold_end",
    "hold_list",
    "payout_list",
    "statement",
    "statement_file",
    "statement_file_of",
    "statement_of",
    "stripe_account",
    "stripe_webhook",
    "transfer_confirm",
    "transfer_list",
    "transfer_new",
    "transfer_receive",
    "transfer_refuse",
    "voucher",
]
