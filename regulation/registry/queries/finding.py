"""Finding what an editor names in a form: articles by their law, regions by name or code."""

from django.db.models import Q, QuerySet

from regulation.parties.models import Region

from ..models import Provision
from .search import words_of


def search_provisions(provisions: QuerySet[Provision], query: str) -> QuerySet[Provision]:
    """Articles by the instrument's title or number, the article, or what it says; all for no words."""
    found = provisions.select_related("instrument")
    for word in words_of(query):
        found = found.filter(
            Q(instrument__title__icontains=word)
            | Q(instrument__number__icontains=word)
            | Q(article__icontains=word)
            | Q(summary__icontains=word)
            | Q(ref__icontains=word)
        )
    return found


def search_regions(regions: QuerySet[Region], query: str) -> QuerySet[Region]:
    """Regions by name or by the beginning of the code, the larger ones first; all for no words."""
    for word in words_of(query):
        regions = regions.filter(
            Q(name__icontains=word) | Q(name_en__icontains=word) | Q(code__startswith=word)
        )
    return regions.order_by("depth", "code")
