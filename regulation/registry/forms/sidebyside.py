from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 5  # columns that a reader can still compare


class ChooseForm(forms.Form):
    """Which of several things stand side by side; those first on the list where none is chosen."""

    beside = forms.MultipleChoiceField(
        label=_("Side by side"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, choices: Sequence[tuple[str, Any]], most: int) -> None:
        super().__init__(data)
        self.most = most
        self.codes = [code for code, _label in choices]
        field = self.fields["beside"]
        field.choices = choices  # type: ignore[attr-defined]
        field.help_text = str(_("At most %(n)s.")) % {"n": most}
        field.initial = self.codes[:most]

    def clean_beside(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["beside"]
        if len(set(chosen)) > self.most:
            raise forms.ValidationError(_("Choose at most %(n)s."), params={"n": self.most})
        return chosen

    def chosen(self) -> list[str]:
        """The codes to show, in the order of the list."""
        chosen = self.cleaned_data["beside"] if self.is_valid() else []
        return [code for code in self.codes if code in chosen] or self.codes[: self.most]
