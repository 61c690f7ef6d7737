from typing import Any

import django_filters
from django import forms
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.utils.translation import gettext_lazy as _

from ..models import InterestFault, InterestImport, InterestImportState, Severity
from .errors import REFUSALS

MAX_BYTES = 50 * 1024 * 1024
FORM_BYTES = 64 * 1024  # what a multipart body adds to its file


class KeptInMemory(MemoryFileUploadHandler):
    """An upload that never touches the disk: identity numbers may stand in it."""

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *rest: Any) -> None:
        self.activated = content_length <= MAX_BYTES + FORM_BYTES


class UploadForm(forms.Form):
    """A file of interests to check. What it is follows from its bytes; its name is only shown."""

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.json,.jsonl,.gz"}),
        help_text=_(
            "A table of interests (.xlsx or CSV, up to 20 MB and 100,000 rows a sheet), or BODS 0.4 as JSON "
            "or JSON lines, also compressed by gzip, up to 50 MB. Larger files are imported by an operator."
        ),
        error_messages={"empty": REFUSALS["empty"]},
    )


class ImportFilter(django_filters.FilterSet):
    """What a regulator narrows the imports by."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=InterestImportState.choices)

    class Meta:
        model = InterestImport
        fields = ()


class FaultFilter(django_filters.FilterSet):
    """What a regulator narrows the report of an import by."""

    severity = django_filters.ChoiceFilter(label=_("What follows"), choices=Severity.choices)

    class Meta:
        model = InterestFault
        fields = ()
