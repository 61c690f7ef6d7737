"""Who may do what with a tender or a bid."""

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .models import Bid, Tender


def may_own(membership: Membership | None) -> bool:
    """Whether somebody may open tenders: acts for an entity as its buyer."""
    return acts_as(membership, Role.OWNER)


def owns(membership: Membership | None, tender: Tender) -> bool:
    return may_own(membership) and membership is not None and membership.entity_id == tender.owner_id


def may_bid(membership: Membership | None) -> bool:
    """Whether somebody may bid at all: acts for an intermediary as its agent."""
    return acts_as(membership, Role.AGENT)


def sees_receipt(membership: Membership | None, bid: Bid) -> bool:
    """A sealed bid's receipt is for the bidder's own agents alone."""
    return may_bid(membership) and membership is not None and membership.entity_id == bid.tenderer_id
