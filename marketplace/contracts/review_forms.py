"""Forms of reviews, objections and complaints."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.registry.models import Service

from .forms import clean_text
from .indicators import DIMENSIONS, By, indicators_for, may_leave_out
from .models import Plea, PleaKind, Review, Reviewer
from .queries import services_contracted, tenders_of

MARKS = [
    ("5", _("5 very good")),
    ("4", _("4 good")),
    ("3", _("3 fair")),
    ("2", _("2 poor")),
    ("1", _("1 bad")),
]
CANNOT_SAY = ("", _("cannot say"))


class ReviewForm(forms.Form):
    """Each indicator from 1 to 5, grouped by dimension; words if wanted."""

    def __init__(self, *args: Any, by: By, least: dict[str, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        part = may_leave_out(by)
        for one in indicators_for(by):
            lowest = (least or {}).get(one.code, 1)
            allowed = [choice for choice in MARKS if int(choice[0]) >= lowest]
            self.fields[one.code] = forms.ChoiceField(
                label=one.asks,
                choices=[*allowed, CANNOT_SAY] if part else allowed,
                required=not part,
                widget=forms.RadioSelect,
                initial=str(lowest) if least else ("" if part else None),
            )
        self.fields["words"] = forms.CharField(
            label=_("In your words"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("Shown to the public with the marks. Name no person."),
        )

    def groups(self) -> Iterator[dict[str, Any]]:
        """The fields of each dimension, in order."""
        told: dict[str, list[Any]] = {}
        for one in indicators_for(self.by):
            told.setdefault(one.dimension, []).append(self[one.code])
        for dimension, fields in told.items():
            yield {"title": DIMENSIONS[dimension], "fields": fields}

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if may_leave_out(self.by) and not self.errors and not self._scores(told):
            raise forms.ValidationError(_("Rate at least one line."))
        return told

    def _scores(self, told: dict[str, Any]) -> dict[str, int]:
        return {one.code: int(told[one.code]) for one in indicators_for(self.by) if told.get(one.code)}

    @property
    def scores(self) -> dict[str, int]:
        return self._scores(self.cleaned_data)

    @property
    def words(self) -> str:
        return clean_text(self.cleaned_data["words"])


class ReviewFilter(django_filters.FilterSet):
    """What a reader narrows the reviews by."""

    q = django_filters.CharFilter(method="by_firm", label=_("Intermediary"), max_length=60)
    side = django_filters.ChoiceFilter(
        choices=[choice for choice in Reviewer.choices if choice[0] != By.SELLER], label=_("Reviewing side")
    )
    service = django_filters.ModelChoiceFilter(
        method="by_service",
        queryset=lambda _request: services_contracted(),
        label=_("Service"),
    )

    class Meta:
        model = Review
        fields = ["q", "side"]

    def by_service(self, queryset: Any, name: str, value: Service) -> Any:
        return queryset.filter(contract__award__tender__in=tenders_of(value))

    def by_firm(self, queryset: Any, name: str, value: str) -> Any:
        text = value.replace("\0", "")
        found = queryset.filter(contract__seller__name__icontains=text)
        return found | queryset.filter(contract__seller__name_en__icontains=text)


class PleaFilter(django_filters.FilterSet):
    """What the centre narrows objections and complaints by."""

    STATES = [("waiting", _("waits for a decision")), ("decided", _("decided"))]
    kind = django_filters.ChoiceFilter(choices=PleaKind.choices, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=STATES, method="by_state", label=_("State"))

    class Meta:
        model = Plea
        fields = ["kind", "state"]

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(decided_at__isnull=value == "waiting")
