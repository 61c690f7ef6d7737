from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region
from regulation.parties.widgets import DayInput

from ..models import (
    Approval,
    AreaAssessmentMatter,
    Delegation,
    Ground,
    Instrument,
    Level,
    Necessity,
    Ruling,
    Service,
    Standard,
)
from ..queries import search_approvals, search_services


def clean_text(value: object) -> str:
    """A query parameter without what a database cannot hold."""
    return str(value or "").replace("\0", "").strip()[:100]


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
    on = django_filters.DateFilter(
        label=_("In force on"), field_name="in_force", lookup_expr="contains", widget=DayInput()
    )

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


class StandardFilter(django_filters.FilterSet):
    """What a reader narrows the sets of same approvals by."""

    q = django_filters.CharFilter(label=_("Name"), method="by_text", max_length=100)
    apart = django_filters.ChoiceFilter(
        label=_("What differs"),
        choices=[("days", _("committed days")), ("papers", _("number of papers"))],
        method="by_difference",
    )
    ground = django_filters.ChoiceFilter(label=_("Put together by"), choices=Ground.choices)

    class Meta:
        model = Standard
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(label__icontains=clean_text(value))

    def by_difference(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter((f"{value}_least__lt", F(f"{value}_most")))


class DelegationFilter(django_filters.FilterSet):
    """What a reader narrows the delegations by."""

    q = django_filters.CharFilter(
        label=_("Approval: name, pinyin, initials or code"), method="by_approval", max_length=100
    )
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        field_name="approval__region",
        queryset=lambda _r: Region.objects.filter(
            pk__in=Delegation.objects.order_by().values("approval__region")
        ),
        to_field_name="code",
    )
    department = django_filters.ModelChoiceFilter(
        label=_("Decided by"),
        queryset=lambda _r: Entity.objects.filter(pk__in=Delegation.objects.order_by().values("department")),
    )
    on = django_filters.DateFilter(
        label=_("In force on"), field_name="in_force", lookup_expr="contains", widget=DayInput()
    )

    class Meta:
        model = Delegation
        fields = ()

    def by_approval(self, queryset: Any, name: str, value: str) -> Any:
        found = search_approvals(Approval.objects.all(), clean_text(value))
        return queryset.filter(approval__in=found.order_by().values("pk"))


class LapsedFilter(django_filters.FilterSet):
    """What a reader narrows the lapsed demands by; `places` are the regions and services there are."""

    region = django_filters.ChoiceFilter(label=_("Region"), field_name="region")
    service = django_filters.ChoiceFilter(label=_("Service"), field_name="service__code")

    class Meta:
        model = Ruling
        fields = ()

    def __init__(self, *args: Any, places: Sequence[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, code in (("region", "code"), ("service", "service_code")):
            choices = {place[code]: _named(place, name) for place in places}
            self.filters[name].extra["choices"] = list(choices.items())


def _named(place: dict[str, str], name: str) -> str:
    english = place[f"{name}_name_en"] if get_language() == "en" else ""
    return english or place[f"{name}_name"]


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
