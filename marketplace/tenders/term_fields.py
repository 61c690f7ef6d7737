"""Fields of the form in which a tender is written."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Ground

MOST_NAMES = 10


def moment(label: Any, help_text: Any, *, required: bool = False) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=help_text,
    )


class NamesField(forms.CharField):
    """Names, one a line; the same one twice counts once."""

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        names = list(dict.fromkeys(filter(None, lines)))
        if len(names) > MOST_NAMES:
            raise forms.ValidationError(_("At most %(n)d names.") % {"n": MOST_NAMES})
        for number, name in enumerate(names, start=1):
            if len(name) > 200:
                raise forms.ValidationError(_("Line %(n)d: at most 200 characters.") % {"n": number})
        return names

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def qualifications_field(label: Any) -> NamesField:
    return NamesField(
        label=label,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, named as the certificate is. Empty: none is asked for."),
    )


def ground_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Ground for choosing without competition"),
        choices=Ground.choices,
        widget=forms.RadioSelect,
        help_text=_("Checked against the rules of the region when it is submitted and published."),
    )


def rate_field(label: Any, help_text: Any = "") -> forms.DecimalField:
    """Percent with two places, required or not by what else is sent."""
    return forms.DecimalField(
        label=label,
        min_value=Decimal("0.01"),
        max_digits=5,
        decimal_places=2,
        required=False,
        help_text=help_text,
    )
