import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput

from ..models import Rhythm
from ..queries import CHANGE_KINDS
from .days import DaysWithin, end_of

KIND_WORDS = {
    "published": _("New rulings"),
    "replaced": _("Changed rulings"),
    "ended": _("Ended rulings"),
    "lapsed": _("Demands whose legal basis has ended"),
    "edited": _("Changes of the thing itself"),
}


class FollowForm(forms.Form):
    """How often to be told."""

    topic = forms.CharField(max_length=12, widget=forms.HiddenInput)
    key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    rhythm = forms.ChoiceField(label=_("Tell me by e-mail"), choices=Rhythm.choices, widget=forms.RadioSelect)


class ChangesForm(DaysWithin, forms.Form):
    """Which changes: of one kind, and of which days, both included."""

    kind = forms.ChoiceField(
        label=_("Kind of change"),
        choices=[("", _("All")), *((kind, KIND_WORDS[kind]) for kind in CHANGE_KINDS)],
        required=False,
    )
    since = forms.DateField(label=_("From"), required=False, widget=DayInput())
    until = forms.DateField(label=_("Until the end of"), required=False, widget=DayInput())

    def clean_since(self) -> dt.date | None:
        return self._within("since")

    def clean_until(self) -> dt.date | None:
        return self._within("until")

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        since, until = said.get("since"), said.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return said

    def asked(self) -> dict[str, Any]:
        """The kind and the moments [since, until) in the site's time zone, of what is valid."""
        said = self.cleaned_data if self.is_valid() else {}
        since, until = said.get("since"), said.get("until")
        return {
            "only": said.get("kind", ""),
            "since": timezone.make_aware(dt.datetime.combine(since, dt.time())) if since else None,
            "until": end_of(until) if until else None,
        }
