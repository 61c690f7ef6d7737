"""What people keep beside tenders: templates and searches."""

from django.db.models import F, Q, QuerySet

from regulation.parties.models import Entity, User
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Service

from ..models import SavedSearch, Tender, TenderTemplate


def templates_of(entity: Entity | None, *, service: Service | None = None) -> QuerySet[TenderTemplate]:
    """The templates an entity may begin with, of a service or of all: its own, then the platform's."""
    standing = TenderTemplate.objects.filter(ended_at__isnull=True)
    seen = standing.filter(Q(owner=entity) | Q(owner=None)) if entity else standing.filter(owner=None)
    found = seen.filter(service=service) if service else seen
    return found.select_related("service", "owner").order_by(F("owner").asc(nulls_last=True), "name", "pk")


def searches_of(user: User) -> QuerySet[SavedSearch]:
    """What a user is told of."""
    return SavedSearch.objects.filter(user=user, ended_at__isnull=True).select_related("service", "region")


def searches_for(tender: Tender) -> list[SavedSearch]:
    """Standing searches of active users that a tender fits, by user: one of its services, a region of its
    line, and all words in title, approval or owner."""
    fits = (Q(service=None) | Q(service__in=[one.service_id for one in tender.bought])) & (
        Q(region=None) | Q(region__in=region_and_parents(tender.region_id))
    )
    standing = SavedSearch.objects.filter(fits, ended_at__isnull=True, user__is_active=True)
    texts = [text.casefold() for text in (tender.title, tender.approval.name, tender.owner.name)]
    return [
        one
        for one in standing.select_related("user").order_by("user", "pk")
        if all(any(word.casefold() in text for text in texts) for word in one.q.split())
    ]
