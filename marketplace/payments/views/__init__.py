"""Pages of payments."""

from .own import account, charge, charge_list, statement, statement_file, stripe_account, voucher
from .provider import stripe_webhook
from .staff import event_list, event_replay, transfer_list
from .steps import fund, transfer_confirm, transfer_new, transfer_receive, transfer_refuse

__all__ = [
    "account",
    "charge",
    "charge_list",
    "event_list",
    "event_replay",
    "fund",
    "statement",
    "statement_file",
    "stripe_account",
    "stripe_webhook",
    "transfer_confirm",
    "transfer_list",
    "transfer_new",
    "transfer_receive",
    "transfer_refuse",
    "voucher",
]
