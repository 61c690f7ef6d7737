from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

KIND_NAMES = {
    "cleanup": _("Services cleaned up"),
    "decoupling": _("Agencies decoupled"),
    "results": _("Results of marketplaces"),
}


class ReportedForm(forms.Form):
    """What a reader narrows the reported figures by."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=100, validators=[ProhibitNullCharactersValidator()]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *KIND_NAMES.items()])
    place = forms.ChoiceField(label=_("Place"), required=False)

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", _("All")), *places]  # type: ignore[attr-defined]
