from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.tables.errors import REFUSALS, FileRefused
from regulation.tables.reading import MAX_BYTES

from ..forms.filters import Facet
from ..models import Approval, Import, ImportKind, ImportState, Necessity, Ruling, Service


class UploadForm(forms.Form):
    """A file to check. What it is follows from its bytes; its name is only shown."""

    kind = forms.ChoiceField(label=_("What the rows are"), choices=ImportKind.choices)
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("An .xlsx workbook or a CSV, up to 20 MB and 100,000 rows."),
        error_messages={"empty": REFUSALS["empty"]},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(str(FileRefused("too_big", most=MAX_BYTES // 1024 // 1024)))
        return file


class ImportFilter(django_filters.FilterSet):
    """What an editor narrows the imports by."""

    kind = django_filters.ChoiceFilter(label=_("What the rows are"), choices=ImportKind.choices)
    state = django_filters.ChoiceFilter(label=_("State"), choices=ImportState.choices)

    class Meta:
        model = Import
        fields = ()


class RulingFilter(django_filters.FilterSet):
    """What a reader narrows an export of rulings by."""

    region = Facet(label=_("Region"), queryset=Region.objects.all(), to_field_name="code")
    service = Facet(label=_("Service"), queryset=Service.objects.all(), to_field_name="code")
    approval = Facet(label=_("Approval"), queryset=Approval.objects.all(), to_field_name="ref")
    necessity = django_filters.ChoiceFilter(label=_("Verdict"), choices=Necessity.choices)

    class Meta:
        model = Ruling
        fields = ()
