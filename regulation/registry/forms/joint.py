import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.parties.widgets import DayInput

from ..models import JointReviewItem, JointReviewScheme
from .days import DaysWithin
from .filters import clean_text

BEFORE, AFTER = dt.timedelta(days=366), dt.timedelta(days=3 * 366)


class SchemeFilter(django_filters.FilterSet):
    """What a reader narrows the joint review schemes by."""

    q = django_filters.CharFilter(label=_("Title or number"), method="by_text", max_length=100)
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(
            pk__in=JointReviewScheme.objects.order_by().values("region")
        ),
        to_field_name="code",
    )

    class Meta:
        model = JointReviewScheme
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        value = clean_text(value)
        named = Q(title__icontains=value) | Q(title_en__icontains=value) | Q(number__icontains=value)
        return queryset.filter(named)


class JointPlanForm(DaysWithin, forms.Form):
    """When an application is handed in, and which assessments of the scheme the project needs."""

    start = forms.DateField(
        label=_("Handed in on"),
        widget=DayInput(),
        help_text=_("Within a year back and three years ahead."),
    )
    service = forms.MultipleChoiceField(
        label=_("Assessments the project needs"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one assessment.")},
    )

    def __init__(self, data: Any, *, items: Sequence[JointReviewItem], today: dt.date) -> None:
        super().__init__(data)
        self.today = today
        self.by_value = {item.service.code if item.service else f"item-{item.pk}": item for item in items}
        field: Any = self.fields["service"]
        field.choices = [(value, item) for value, item in self.by_value.items()]

    @classmethod
    def asked(
        cls, query: QueryDict, *, items: Sequence[JointReviewItem], today: dt.date, known: set[str]
    ) -> "JointPlanForm":
        """The form as the address fills it in: today where it names no day, all of the scheme where nothing.

        `known` are services on record outside the scheme: they are set aside here and told on the page.
        """
        form = cls(query, items=items, today=today)
        data = QueryDict(mutable=True)
        named = [code for code in query.getlist("service") if code not in known]
        untouched = "start" not in query and "service" not in query
        data["start"] = query.get("start") or today.isoformat()
        data.setlist("service", list(form.by_value) if untouched else named)
        form.data = data
        return form

    def clean_start(self) -> dt.date | None:
        day = self._within("start")
        if day is not None and not self.today - BEFORE <= day <= self.today + AFTER:
            raise forms.ValidationError(_("The day has to lie within a year back and three years ahead."))
        return day

    def chosen(self) -> list[JointReviewItem]:
        """The chosen assessments, in the order of the scheme."""
        wanted = set(self.cleaned_data["service"])
        return [item for value, item in self.by_value.items() if value in wanted]
