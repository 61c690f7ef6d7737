"""Who may do what with a tender or a bid."""

from typing import Any

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .models import Bid, Tender, Trustee


def may_own(membership: Membership | None) -> bool:
    """Whether somebody may open tenders: acts for an entity as its buyer."""
    return acts_as(membership, Role.OWNER)


def owns(membership: Membership | None, tender: Tender) -> bool:
    return may_own(membership) and membership is not None and membership.entity_id == tender.owner_id


def may_review(membership: Membership | None, tender: Tender) -> bool:
    """Whether somebody may review, return or publish: a colleague of whoever wrote it, or the platform's
    reviewer. That the three are different people the operations and the database see to."""
    return owns(membership, tender) or acts_as(membership, Role.REVIEWER)


def oversees(membership: Membership | None) -> bool:
    """Whether somebody may suspend a tender or declare it void."""
    return acts_as(membership, Role.REGULATOR)


def may_bid(membership: Membership | None) -> bool:
    """Whether somebody may bid at all: acts for an intermediary as its agent."""
    return acts_as(membership, Role.AGENT)


def sees_receipt(membership: Membership | None, bid: Bid) -> bool:
    """A sealed bid's receipt is for the bidder's own agents alone."""
    return may_bid(membership) and membership is not None and membership.entity_id == bid.tenderer_id


def reads_files(membership: Membership | None, bid: Bid) -> bool:
    """Files sealed beside a bid: for the tender's owner, the bidder and regulators, once it is opened."""
    if bid.opened_at is None or bid.withdrawn_at is not None:
        return False
    mine = owns(membership, bid.tender) or sees_receipt(membership, bid)
    return mine or acts_as(membership, Role.REGULATOR)


def scores(user: Any, tender: Tender) -> bool:
    """Whether somebody has a seat on a tender's panel: who scores a proposal has to read it."""
    if not user.is_authenticated or tender.opened_at is None:
        return False
    return tender.evaluators.filter(user=user, recused_at__isnull=True).exists()


def trusteeship(membership: Membership | None) -> Trustee | None:
    """The trustee somebody acts for, where the entity acted for is one."""
    if not acts_as(membership, Role.TRUSTEE) or membership is None:
        return None
    return Trustee.objects.filter(entity=membership.entity_id, retired_at__isnull=True).first()
