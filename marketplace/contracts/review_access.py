"""Who may do what with reviews, objections and complaints. The database holds the same."""

from typing import Any

from django.utils import timezone

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .access import oversees, side_of
from .indicators import By
from .models import Contract, Plea, Review


def of_department(membership: Membership | None, contract: Contract) -> bool:
    """Somebody of the department that decides, where it is not the buyer itself."""
    return (
        membership is not None
        and acts_as(membership, Role.OWNER)
        and membership.entity_id == contract.department_id
        and contract.department_id != contract.buyer_id
    )


def of_centre(user: Any, contract: Contract) -> bool:
    """One of the operating centre's people, who acts for no party of the contract today."""
    if not (user.is_authenticated and user.is_staff):
        return False
    parties = [contract.buyer_id, contract.seller_id, contract.payer_id, contract.department_id]
    return not user.memberships.filter(entity__in=parties, valid__contains=timezone.localdate()).exists()


def reviews_as(user: Any, membership: Membership | None, contract: Contract) -> By | None:
    """As what somebody reviews a contract; None where they do not."""
    if of_department(membership, contract):
        return By.DEPARTMENT
    side = side_of(membership, contract)
    if side in (By.BUYER, By.SELLER):
        return By(side)
    return By.CENTRE if of_centre(user, contract) else None


def was_reviewed(membership: Membership | None, review: Review) -> bool:
    """Whether somebody acts for whoever a review is about: they may reply and object."""
    side = side_of(membership, review.contract)
    return side == (By.BUYER if review.side == By.SELLER else By.SELLER)


def replies_to(user: Any, membership: Membership | None, plea: Plea) -> bool:
    """Whether somebody acts for the side that an objection or complaint is put against."""
    side = reviews_as(user, membership, plea.contract)
    if plea.review is None:
        return side is By.SELLER
    return side is not None and side is not By.CENTRE and side == plea.review.side


def reads_plea(user: Any, membership: Membership | None, plea: Plea) -> bool:
    """The sides, the department, regulators and the centre; everybody once it is decided."""
    if plea.decided_at is not None or oversees(membership) or bool(user.is_staff):
        return True
    return bool(side_of(membership, plea.contract)) or of_department(membership, plea.contract)
