"""What a person is told, and how much of it is unread."""

from typing import Any

from django.db.models import Q

from ..models import Membership, Notice, User
from ..models.notice import NoticeQuerySet

MOST_COUNTED = 100  # beyond it the frame says "99+"


def notices_of(user: User) -> NoticeQuerySet:
    """All that a person is told, the newest first."""
    return Notice.objects.filter(user=user).select_related("entity")


def notices_for(membership: Membership) -> NoticeQuerySet:
    """What a person is told for the entity of one membership, and of their own: no other entity's."""
    return notices_of(membership.user).filter(Q(entity=membership.entity_id) | Q(entity=None))


def unread_of(user: Any) -> int:
    """How many notices somebody has not read, counted up to 100; 0 for who is not signed in."""
    if not user.is_authenticated:
        return 0
    return Notice.objects.filter(user=user).unread().order_by()[:MOST_COUNTED].count()
