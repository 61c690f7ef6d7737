"""Reads about imports of interests."""

from django.db.models import QuerySet

from ..models import InterestImport, InterestImportState


def imports() -> QuerySet[InterestImport]:
    """Every import with whoever brought it, newest first."""
    return InterestImport.objects.select_related("by").order_by("-pk")


def unsettled_imports(user: int) -> QuerySet[InterestImport]:
    """What one person brought and neither wrote nor gave up."""
    open_states = [InterestImportState.WAITING, InterestImportState.CHECKED, InterestImportState.CONFIRMED]
    return imports().filter(by=user, state__in=open_states)
