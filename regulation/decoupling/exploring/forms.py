import datetime as dt
import re

from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput

from ..models import Check

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
KNOWN_FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LARGEST = 2**63 - 1
MOST_OPENED = 20
OPENED = re.compile(r"(entity|person)-([1-9][0-9]{0,17})\Z", re.ASCII)


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("Name, pinyin or Unified Social Credit Code"), max_length=100, required=False, strip=True
    )


class ViewForm(forms.Form):
    """What of the neighbourhood is shown; whatever is missing has its default. `now` is the database's."""

    depth = forms.TypedChoiceField(
        label=_("Steps from it"), choices=[(n, str(n)) for n in (1, 2, 3)], coerce=int, required=False
    )
    on = forms.DateField(label=_("As held on"), required=False, widget=DayInput())
    known = forms.DateTimeField(
        label=_("As known at"), required=False, help_text=_("For example 2026-11-24 15:00. Empty: now.")
    )
    ended = forms.BooleanField(label=_("Show ended interests"), required=False)
    open = forms.CharField(
        required=False, max_length=1000, widget=forms.HiddenInput, label=_("Parties opened")
    )
    check = forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput, label=_("Check")
    )

    def __init__(self, *args, now: dt.datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_on(self) -> dt.date | None:
        on = self.cleaned_data["on"]
        if on is not None and not FIRST <= on <= LAST:
            raise forms.ValidationError(_("Choose a day between 1900 and 2200."))
        return on

    def clean_known(self) -> dt.datetime | None:
        known = self.cleaned_data["known"]
        if known is not None and not KNOWN_FIRST <= known <= self.now:
            raise forms.ValidationError(_("Choose a moment from 2000 until now."))
        return known

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
