"""The end of a declared interest, and what an entity narrows its interests by."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Entity, Interest, InterestKind
from ..widgets import DayInput
from .rows import EARLIEST


class EndForm(forms.Form):
    """On which day a declared interest ended."""

    end = forms.DateField(label=_("First day on which it no longer held"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, start: dt.date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.start = start

    def clean_end(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["end"]
        if day and not EARLIEST <= day <= timezone.localdate():
            raise forms.ValidationError(_("The day lies between 1949-10-01 and today."))
        if day and self.start and day <= self.start:
            raise forms.ValidationError(_("An interest cannot end before it starts."))
        return day


STANDS, ENDED, CLOSED = "stands", "ended", "closed"


class InterestFilter(django_filters.FilterSet):
    """What an entity narrows the interests held about it by."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(STANDS, _("held at present")), (ENDED, _("ended")), (CLOSED, _("corrected or taken off"))],
        method="by_state",
    )
    kind = django_filters.ChoiceFilter(label=_("Interest"), choices=InterestKind.choices)
    ours = django_filters.ChoiceFilter(
        label=_("Stated by"),
        choices=[("yes", _("your own declarations")), ("no", _("other sources"))],
        method="by_declarer",
    )

    class Meta:
        model = Interest
        fields = ()

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity = entity

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        today = timezone.localdate()
        if value == CLOSED:
            return queryset.filter(recorded__upper_inf=False)
        held = queryset.filter(recorded__upper_inf=True)
        if value == ENDED:
            return held.filter(held__fully_lt=DateRange(today, None))
        return held.filter(held__contains=today)

    def by_declarer(self, queryset: Any, name: str, value: str) -> Any:
        if value == "yes":
            return queryset.filter(declared_by=self.entity)
        return queryset.exclude(declared_by=self.entity)
