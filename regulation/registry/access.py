"""Who may write rulings, and who may publish them."""

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role


def may_draft(membership: Membership | None) -> bool:
    return acts_as(membership, Role.EDITOR)


def may_publish(membership: Membership | None) -> bool:
    return acts_as(membership, Role.REVIEWER)
