"""What readers narrow the practices by, and what an editor says on adopting one."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.parties.widgets import DayInput
from regulation.registry.forms import clean_text
from regulation.registry.models import Approval
from regulation.registry.queries import search_approvals

from .models import PracticePage

EARLIEST = dt.date(1949, 10, 1)


def _regions() -> Any:
    """Regions that have published a practice."""
    return Region.objects.filter(pk__in=PracticePage.objects.live().order_by().values("region"))


class PracticeFilter(django_filters.FilterSet):
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _request: _regions(),
        to_field_name="code",
    )
    approval = django_filters.CharFilter(
        label=_("Approval: name, pinyin, initials or code"), method="by_approval", max_length=100
    )

    class Meta:
        model = PracticePage
        fields = ()

    def by_approval(self, queryset: Any, name: str, value: str) -> Any:
        found = search_approvals(Approval.objects.all(), clean_text(value))
        return queryset.filter(concerned__approval__in=found.order_by().values("pk")).distinct()


class AdoptionForm(forms.Form):
    """Since when a region follows a practice, and where it says so."""

    since = forms.DateField(label=_("Practised here since"), widget=DayInput())
    note = forms.CharField(
        label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )
    source = forms.CharField(
        label=_("Source"), max_length=400, help_text=_("The document or record that says so.")
    )

    def clean_since(self) -> dt.date:
        day: dt.date = self.cleaned_data["since"]
        if not EARLIEST <= day <= timezone.localdate():
            raise forms.ValidationError(_("The day lies between 1949-10-01 and today."))
        return day
