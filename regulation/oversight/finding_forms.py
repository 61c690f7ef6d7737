"""Forms and filters of findings."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .models import Finding, FindingKind, FindingStatus

ROWS = {"rows": "4"}
CLEARED = [("no", _("still shown by the records")), ("yes", _("no longer shown"))]


class FindingFilter(django_filters.FilterSet):
    """What a regulator narrows findings by."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=FindingKind.choices)
    status = django_filters.ChoiceFilter(label=_("State"), choices=FindingStatus.choices)
    seen = django_filters.ChoiceFilter(label=_("Records"), choices=CLEARED, method="by_clearing")
    rule = django_filters.CharFilter(label=_("Rule"), field_name="rule_code", max_length=60)
    region = django_filters.CharFilter(label=_("Region code"), field_name="region_id", max_length=6)
    text = django_filters.CharFilter(
        label=_("Name of firm or department, or number"), method="by_words", max_length=100
    )

    class Meta:
        model = Finding
        fields = ()

    def by_clearing(self, queryset, name, value):
        return queryset.filter(cleared_at__isnull=value == "no")

    def by_words(self, queryset, name, value):
        return queryset.filter(
            Q(entity__name__icontains=value) | Q(department__name__icontains=value) | Q(ref__iexact=value)
        )


class ReplyForm(forms.Form):
    """What the firm concerned has to say."""

    text = forms.CharField(
        label=_("Your reply"),
        widget=forms.Textarea(attrs=ROWS),
        max_length=4000,
        help_text=_("Regulators read it before anything is decided. It stays beside the finding."),
    )


class ClosingForm(forms.Form):
    """Why a regulator explains a finding, closes it, or returns a closure."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs=ROWS),
        max_length=4000,
        help_text=_("What you looked at, and what follows from it. The firm reads it once it is decided."),
    )
