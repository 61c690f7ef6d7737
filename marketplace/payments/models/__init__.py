"""What is to be paid, what was ordered, what was posted, what providers told us."""

from .account import PayoutAccount
from .bank_statement import BankLine, BankStatement
from .charge import Charge, FeeRule
from .event import ProviderEvent
from .hold import Hold
from .order import Order
from .posting import Posting, PostingLine
from .transfer import BankTransfer

__all__ = [
    "BankLine",
    "BankStatement",
    "BankTransfer",
    "Charge",
    "FeeRule",
    "Hold",
    "Order",
    "PayoutAccount",
    "Posting",
    "PostingLine",
    "ProviderEvent",
]
