"""Pages of tenders: the owner's, the bidder's, the public's."""

from .bidder import bid_new, bid_receipt, bid_withdraw
from .choosing import methods
from .owner import award, tender_cancel, tender_edit, tender_new, tender_publish
from .public import tender, tender_list

__all__ = [
    "award",
    "bid_new",
    "bid_receipt",
    "bid_withdraw",
    "methods",
    "tender",
    "tender_cancel",
    "tender_edit",
    "tender_list",
    "tender_new",
    "tender_publish",
]
