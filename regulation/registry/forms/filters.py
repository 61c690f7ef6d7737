from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region

from ..models import Approval, AreaAssessmentMatter, Instrument, Level, Necessity, Service
from ..queries import search_approvals, search_services


def clean_text(value: object) -> str:
    """A query parameter without what a database cannot hold."""
    return str(value or "").replace("\0", "").strip()[:100]


def regions_with_approvals() -> Any:
    return Region.objects.filter(pk__in=Approval.objects.order_by().values("region").distinct())


class Facet(django_filters.ModelChoiceFilter):
    """A filter chosen by its counted links; the form only carries it along."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.HiddenInput, **kwargs)


def all_but(found: django_filters.FilterSet, name: str) -> Any:
    """What the other filters leave: what a facet counts, so that one choice can be changed for another."""
    if not found.data or not found.data.get(name):
        return found.qs
    data = {key: value for key, value in found.data.items() if key != name}
    return type(found)(data, queryset=found.queryset).qs


class ApprovalFilter(django_filters.FilterSet):
    """What a reader narrows the approvals by."""

    q = django_filters.CharFilter(label=_("Name, pinyin, initials or code"), method="by_text", max_length=100)
    region = Facet(label=_("Region"), queryset=Region.objects.all(), to_field_name="code")
    department = Facet(label=_("Department"), queryset=Entity.objects.all())

    class Meta:
        model = Approval
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return search_approvals(queryset, value)


class ServiceFilter(django_filters.FilterSet):
    """What a reader narrows the services by."""

    q = django_filters.CharFilter(label=_("Name, pinyin or initials"), method="by_text", max_length=100)
    necessity = django_filters.ChoiceFilter(
        label=_("Somewhere ruled"), choices=Necessity.choices, method="by_necessity"
    )

    class Meta:
        model = Service
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return search_services(queryset, value)

    def by_necessity(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(
            rulings__necessity=value, rulings__published_at__isnull=False, rulings__recorded__upper_inf=True
        ).distinct()


class InstrumentFilter(django_filters.FilterSet):
    """What a reader narrows the laws by."""

    q = django_filters.CharFilter(label=_("Title or number"), method="by_text", max_length=100)
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level.choices)

    class Meta:
        model = Instrument
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        value = clean_text(value)
        return (
            queryset.filter(title__icontains=value)
            | queryset.filter(number__icontains=value)
            | queryset.filter(title_en__icontains=value)
        )


class AreaFilter(django_filters.FilterSet):
    """What a reader narrows the area-assessment matters by."""

    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(
            pk__in=AreaAssessmentMatter.objects.order_by().values("region")
        ),
        to_field_name="code",
    )

    class Meta:
        model = AreaAssessmentMatter
        fields = ()
