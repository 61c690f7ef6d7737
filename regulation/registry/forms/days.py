import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput

EARLIEST = dt.date(1949, 10, 1)
LATEST = dt.date(2199, 12, 31)


class DaysWithin:
    """Days of a form lie where periods of law can."""

    cleaned_data: dict[str, Any]

    def _within(self, name: str) -> dt.date | None:
        day: dt.date | None = self.cleaned_data[name]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("The day has to lie between 1949-10-01 and 2199-12-31."))
        return day


class DayForm(DaysWithin, forms.Form):
    """The day a page speaks of; today where none is asked for."""

    on = forms.DateField(label=_("In force on"), required=False, widget=DayInput())

    def clean_on(self) -> dt.date | None:
        return self._within("on")

    def day(self) -> dt.date:
        return (self.cleaned_data.get("on") if self.is_valid() else None) or timezone.localdate()


class AsOfForm(DayForm):
    """The two questions of time: in force on which day, and as this site said on which day."""

    said = forms.DateField(
        label=_("As this site said at the end of"),
        required=False,
        widget=DayInput(),
    )

    def clean_said(self) -> dt.date | None:
        return self._within("said")

    def moment(self) -> dt.datetime | None:
        """The end of the day asked for, in the site's time zone; None when not asked."""
        day = self.cleaned_data.get("said") if self.is_valid() else None
        return end_of(day) if day else None


class SharedForm(AsOfForm):
    """As `AsOfForm`; `time` is within the day `said`, for what is shared on the day it is made."""

    time = forms.TimeField(required=False, widget=forms.HiddenInput(), input_formats=["%H:%M:%S.%f"])

    def moment(self) -> dt.datetime | None:
        """The moment asked for; the end of the day where no time of it is named."""
        end, time = super().moment(), self.cleaned_data.get("time")
        if end is None or time is None:
            return end
        return timezone.make_aware(dt.datetime.combine(self.cleaned_data["said"], time))


def end_of(day: dt.date) -> dt.datetime:
    """The end of a day in the site's time zone."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
