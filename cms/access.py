"""Who may say that a region adopts a practice. Reading is open to everyone."""

from typing import Any

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role


def may_adopt(membership: Membership | None, practice: Any) -> bool:
    """An editor of a body seated in a region other than the one whose practice it is."""
    if membership is None or not acts_as(membership, Role.EDITOR):
        return False
    return membership.entity.region_id not in (None, practice.region_id)
