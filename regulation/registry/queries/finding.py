"""Finding what an editor names in a form: articles by their law, regions and departments by name."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulation.parties.models import Entity, EntityKind, Region

from ..models import Approval, Provision
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


def deciders() -> QuerySet[Entity]:
    """Who may decide an approval: government departments, and bodies that decide one on record already."""
    decides = Approval.objects.filter(department=OuterRef("pk"))
    found = Entity.objects.filter(Q(kind=EntityKind.DEPARTMENT) | Exists(decides))
    return found.select_related("region").order_by("region", "pinyin", "pk")


def search_deciders(entities: QuerySet[Entity], query: str) -> QuerySet[Entity]:
    """Departments by their name, its pinyin, or the name or code of their region; all for no words."""
    for word in words_of(query):
        entities = entities.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(pinyin__icontains=word)
            | Q(region__name__icontains=word)
            | Q(region__name_en__icontains=word)
            | Q(region__code__startswith=word)
        )
    return entities
