import django_filters
from django.utils.translation import gettext_lazy as _

from ..models import Basis, DesignationShare, ReauditedAward
from .queries import in_cell

CELLS = [
    ("both", _("conflicted as known then and as known now")),
    ("now", _("conflicted only as known now")),
    ("then", _("conflicted only as known then")),
    ("neither", _("not conflicted either way")),
]


class AwardFilter(django_filters.FilterSet):
    """What a regulator narrows the awards of an audit by."""

    cell = django_filters.ChoiceFilter(label=_("Cell"), choices=CELLS, method="by_cell")
    text = django_filters.CharFilter(label=_("Name of firm or department"), method="by_words", max_length=100)

    class Meta:
        model = ReauditedAward
        fields = ()

    def by_cell(self, queryset, name, value):
        return in_cell(queryset, value)

    def by_words(self, queryset, name, value):
        return queryset.filter(award__bid__tenderer__name__icontains=value) | queryset.filter(
            award__tender__department__name__icontains=value
        )


class LeadFilter(django_filters.FilterSet):
    """What a regulator narrows the designation leads of an audit by."""

    basis = django_filters.ChoiceFilter(label=_("Even chance"), choices=Basis.choices)
    text = django_filters.CharFilter(label=_("Name of firm or department"), method="by_words", max_length=100)

    class Meta:
        model = DesignationShare
        fields = ("basis",)

    def by_words(self, queryset, name, value):
        return queryset.filter(firm__name__icontains=value) | queryset.filter(
            department__name__icontains=value
        )
