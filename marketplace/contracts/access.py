"""Who may do what with a contract.

Whoever acts for an entity as its buyer, or as the intermediary's agent, may bind it: a
membership says so, and the database asks for it at each signature.
"""

from typing import Any

from regulation.parties.access import acts_as
from regulation.parties.models import EntityKind, Membership, Role

from . import dispute_queries
from .models import Contract


def side_of(membership: Membership | None, contract: Contract) -> str:
    """The side somebody acts for: buyer, seller, payer; empty for anybody else."""
    if membership is None:
        return ""
    if acts_as(membership, Role.OWNER):
        if membership.entity_id == contract.buyer_id:
            return "buyer"
        return "payer" if membership.entity_id == contract.payer_id else ""
    return "seller" if acts_as(membership, Role.AGENT) and membership.entity_id == contract.seller_id else ""


def buys(membership: Membership | None, contract: Contract) -> bool:
    return side_of(membership, contract) == "buyer"


def sells(membership: Membership | None, contract: Contract) -> bool:
    return side_of(membership, contract) == "seller"


def oversees(membership: Membership | None) -> bool:
    return acts_as(membership, Role.REGULATOR)


def decides(membership: Membership | None) -> bool:
    """Whether somebody acts for a department that decides approvals."""
    if membership is None or not acts_as(membership, Role.OWNER):
        return False
    return membership.entity.kind == EntityKind.DEPARTMENT


def mediates(membership: Membership | None, contract: Contract) -> bool:
    """Whether somebody sits in a dispute of the contract."""
    if membership is None or not acts_as(membership, Role.MEDIATOR):
        return False
    return dispute_queries.mediates(membership.user, membership.entity_id, contract)


def reads_all(user: Any, membership: Membership | None, contract: Contract) -> bool:
    """Terms, text, files and reasons: for the sides, for regulators and the site's staff, and for a mediator
    that sits in a dispute of it."""
    reads = bool(side_of(membership, contract)) or oversees(membership) or bool(user.is_staff)
    return reads or mediates(membership, contract)
