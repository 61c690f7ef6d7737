import django_filters
from django.utils.translation import gettext_lazy as _

from ..models import Outcome, SweptPair


class PairFilter(django_filters.FilterSet):
    """What a regulator narrows the pairs of a sweep by."""

    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices)
    rule = django_filters.CharFilter(label=_("Rule"), field_name="rule_code", max_length=60)
    text = django_filters.CharFilter(
        label=_("Name of intermediary or department"), method="by_name", max_length=100
    )

    class Meta:
        model = SweptPair
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.filter(intermediary__name__icontains=value) | queryset.filter(
            department__name__icontains=value
        )
