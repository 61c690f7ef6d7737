"""Forms of signed copies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.upload_fields import ManyFiles

from .forms import FilesForm, clean_text
from .models import CopySaid

SHORT = forms.Textarea(attrs={"rows": 3})


class CopyForm(FilesForm):
    """The scan of the paper: one file, or a picture of each page."""

    uploads = ManyFiles(
        label=_("The signed paper"),
        help_text=_(
            "One PDF, or a PNG or JPEG of each page; at most 10 files, without JavaScript of 50 MB each."
        ),
    )
    note = forms.CharField(label=_("Note to the other side"), required=False, max_length=600, widget=SHORT)


class CopyAnswerForm(forms.Form):
    """The button that was pressed says what; whoever says that it differs, or takes it back, says why."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=32767)
    answer = forms.ChoiceField(choices=CopySaid.choices, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=600, widget=SHORT)

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields["reason"].required = self.data.get("answer") != CopySaid.CONFIRMED
        self.fields["reason"].label = _("Why you take it back") if own else _("In what it differs")

    def clean_answer(self) -> str:
        """Nobody confirms the copy of their own side, or takes back another's."""
        answer: str = self.cleaned_data["answer"]
        if (answer == CopySaid.TAKEN_BACK) != self.own:
            raise forms.ValidationError(_("Press one of the buttons."))
        return answer

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        told["reason"] = clean_text(told.get("reason", ""))
        return told
