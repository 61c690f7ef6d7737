"""What a regulator says of two records, and narrows them by."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Same, Suggestion, SuggestionState, Tier

PEOPLE, BODIES = "people", "entities"
SORT = [(PEOPLE, _("people")), (BODIES, _("entities"))]


class ReasonForm(forms.Form):
    """Why two records are one, or are not."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": "3"}))


class SuggestionFilter(django_filters.FilterSet):
    """What a regulator narrows the suggestions by."""

    sort = django_filters.ChoiceFilter(label=_("Records of"), choices=SORT, method="by_sort")
    tier = django_filters.ChoiceFilter(label=_("How surely"), choices=Tier.choices)
    least = django_filters.NumberFilter(
        label=_("Likeness of the names from"),
        field_name="score",
        lookup_expr="gte",
        min_value=0,
        max_value=100,
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=SuggestionState.choices)

    class Meta:
        model = Suggestion
        fields = ()

    def by_sort(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(person__isnull=value != PEOPLE)


class MergeFilter(django_filters.FilterSet):
    """What a regulator narrows the merges by."""

    sort = django_filters.ChoiceFilter(label=_("Records of"), choices=SORT, method="by_sort")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("stands", _("stands")), ("split", _("split since"))], method="by_state"
    )

    class Meta:
        model = Same
        fields = ()

    def by_sort(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(person__isnull=value != PEOPLE)

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(recorded__upper_inf=value == "stands")
