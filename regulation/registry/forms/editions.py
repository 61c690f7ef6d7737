from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region
from regulation.parties.widgets import DayInput

from ..models import Approval, ListKind, PublicList
from .days import DaysWithin
from .filters import Facet, clean_text


class ListFilter(django_filters.FilterSet):
    """What a reader narrows the lists by."""

    kind = django_filters.ChoiceFilter(label=_("Kind of list"), choices=ListKind.choices)
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(pk__in=PublicList.objects.order_by().values("region")),
        to_field_name="code",
    )
    department = Facet(label=_("Department"), queryset=Entity.objects.departments())

    class Meta:
        model = PublicList
        fields = ()


class RowFilter(forms.Form):
    """A search within one edition."""

    q = forms.CharField(label=_("Search within the list"), required=False, max_length=100)

    def words(self) -> list[str]:
        found = self.cleaned_data.get("q", "") if self.is_valid() else ""
        return clean_text(found).split()[:8]


class CompileForm(DaysWithin, forms.Form):
    """Which list to take down, as of which day."""

    kind = forms.ChoiceField(label=_("Kind of list"), choices=ListKind.choices)
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.all(),
        to_field_name="code",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Six digits; 000000 is the whole country."),
        error_messages={"invalid_choice": _("No region has this code.")},
    )
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Entity.objects.departments(),
        required=False,
        help_text=_("Only for a power and responsibility list."),
    )
    as_of = forms.DateField(
        label=_("As the registry stands on"),
        initial=timezone.localdate,
        widget=DayInput(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deciding = Approval.objects.order_by().values("department").distinct()
        departments = Entity.objects.departments().filter(pk__in=deciding).select_related("region")
        field: Any = self.fields["department"]
        field.queryset = departments.order_by("region", "pinyin", "pk")
        field.label_from_instance = lambda entity: f"{entity} · {entity.region or '—'}"

    def clean_as_of(self) -> Any:
        return self._within("as_of")
