import re

from django import forms
from django.utils.translation import gettext_lazy as _

from ..forms import TimeForm
from ..models import Check

LARGEST = 2**63 - 1
MOST_OPENED = 20
OPENED = re.compile(r"(entity|person)-([1-9][0-9]{0,17})\Z", re.ASCII)


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("Name, pinyin or Unified Social Credit Code"), max_length=100, required=False, strip=True
    )


class ViewForm(TimeForm):
    """What of the neighbourhood is shown; whatever is missing has its default."""

    field_order = ("depth", "on", "known", "ended", "open", "check")

    depth = forms.TypedChoiceField(
        label=_("Steps from it"), choices=[(n, str(n)) for n in (1, 2, 3)], coerce=int, required=False
    )
    ended = forms.BooleanField(label=_("Show ended interests"), required=False)
    open = forms.CharField(
        required=False, max_length=1000, widget=forms.HiddenInput, label=_("Parties opened")
    )
    check = forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput, label=_("Check")
    )

    def clean_open(self) -> list[str]:
        """The URNs of the parties opened, in the order in which they were: "entity-1,person-2"."""
        parts = [part for part in self.cleaned_data["open"].split(",") if part]
        found = [OPENED.match(part) for part in parts]
        if len(parts) > MOST_OPENED or not all(found):
            raise forms.ValidationError(_("At most 20 parties can be opened, each as entity-1 or person-1."))
        return list(dict.fromkeys(f"parties.{one[1]}/{one[2]}" for one in found if one))

    def clean_check(self) -> Check | None:
        pk = self.cleaned_data["check"]
        if pk is None:
            return None
        made = Check.objects.filter(pk=pk).first()
        if made is None:
            raise forms.ValidationError(_("There is no such check."))
        return made
