"""Writes: one verb, one transaction, one ledger entry."""

from .awarding import award_tender
from .bidding import submit_bid, withdraw_bid
from .drafting import cancel_tender, draft_tender, publish_tender, revise_tender
from .gating import pass_later_gate, recheck_award, recheck_bid
from .keys import ensure_opening_key
from .opening import open_tender

__all__ = [
    "award_tender",
    "cancel_tender",
    "draft_tender",
    "ensure_opening_key",
    "open_tender",
    "pass_later_gate",
    "publish_tender",
    "recheck_award",
    "recheck_bid",
    "revise_tender",
    "submit_bid",
    "withdraw_bid",
]
