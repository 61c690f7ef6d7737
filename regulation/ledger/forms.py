"""What the pages of the record are narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from tools.verify_receipt import MOST

from .models import Alarm, Outstanding
from .queries import owed_effects


class DeadLetterFilter(django_filters.FilterSet):
    """Dead letters by effect, and by the kind of entry that owes it."""

    effect = django_filters.ChoiceFilter(label=_("What was to follow"), choices=lambda: _choices("effect"))
    kind = django_filters.ChoiceFilter(
        field_name="entry__kind", label=_("Kind of entry"), choices=lambda: _choices("kind")
    )

    class Meta:
        model = Outstanding
        fields = ["effect"]


def _choices(name: str) -> list[tuple[Any, Any]]:
    return [(value, value) for value in sorted({getattr(pair, name) for pair in owed_effects()})]


class AlarmFilter(django_filters.FilterSet):
    """Alarms by whether somebody has explained them."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("Not explained")), ("explained", _("Explained"))],
        method="in_state",
    )

    class Meta:
        model = Alarm
        fields: list[str] = []

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(explained_at__isnull=value == "open")


class ExplainForm(forms.Form):
    """Why an alarm came about, in writing."""

    reason = forms.CharField(
        label=_("The reason"),
        help_text=_("What was found, who looked into it, and what was done. It is kept for good."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReceiptForm(forms.Form):
    """A receipt as a file or as text; the file goes before the text."""

    file = forms.FileField(label=_("The receipt's file"), required=False, max_length=200)
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        max_length=MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where there is nothing, too much, or no text."""
        said = super().clean() or {}
        file = said.get("file")
        if file is None:
            self._text = said.get("text", "").replace("\r\n", "\n")
        elif file.size > MOST:
            raise forms.ValidationError(_("A receipt is a small file; this one is too large."))
        else:
            try:
                self._text = file.read().decode()
            except UnicodeDecodeError as bad:
                raise forms.ValidationError(_("The file is not text, so it is not a receipt.")) from bad
        if not self._text.strip() and not self.errors:
            raise forms.ValidationError(_("Choose the file of a receipt, or paste its text."))
        return said

    def receipt(self) -> str:
        """The receipt's text, as bytes have it: a pasted one ends with a line break even if that got lost."""
        file = self.cleaned_data.get("file")
        return self._text if file or self._text.endswith("\n") else f"{self._text}\n"
