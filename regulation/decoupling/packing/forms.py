import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.parties.widgets import DayInput
from regulation.registry.models import Provision

from ..models import Gate
from .reading import Fault, Known, decoded, faults

MAX_BYTES = 1024 * 1024


class PackForm(forms.Form):
    """A version of the rules as a file. Everything that does not fit is told at once, in `faults`."""

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".json"}),
        help_text=_("JSON in UTF-8, up to 1 MB. Begin with the pack in use and give it a new version."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faults: list[Fault] = []

    def clean_file(self) -> dict[str, Any]:
        held: UploadedFile = self.cleaned_data["file"]
        if held.size is None or held.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        body, self.faults = decoded(held.read())
        if not self.faults:
            self.faults = faults(body, _known())
        if self.faults:
            raise forms.ValidationError(_("Nothing was put on record. The list says what does not fit."))
        made: dict[str, Any] = body
        return made


def _known() -> Known:
    return Known(
        provisions=set(Provision.objects.values_list("ref", flat=True)),
        regions=set(Region.objects.values_list("code", flat=True)),
        gates=set(Gate.values),
    )


class StartForm(forms.Form):
    """From which day checks use a pack."""

    start = forms.DateField(
        label=_("Checks use it from"),
        widget=DayInput(),
        help_text=_("From the beginning of that day in China; today means at once."),
    )

    def clean_start(self) -> dt.date:
        start: dt.date = self.cleaned_data["start"]
        if start.year > 2200:
            raise forms.ValidationError(_("Choose a day before 2200."))
        return start


class RejectForm(forms.Form):
    """Why a pack is given up."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, max_length=2000)
