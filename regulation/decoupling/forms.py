import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, EntityKind
from regulation.parties.widgets import DayInput

from .models import Check, Gate, Outcome


class CheckFilter(django_filters.FilterSet):
    """What a regulator narrows the list of checks by."""

    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices)
    gate = django_filters.ChoiceFilter(label=_("Gate"), choices=Gate.choices)
    on = django_filters.DateFilter(label=_("Day it speaks for"), widget=DayInput())
    text = django_filters.CharFilter(label=_("Name of intermediary or department"), method="by_name")

    class Meta:
        model = Check
        fields = ("outcome", "gate", "on")

    def by_name(self, queryset, name, value):
        return queryset.filter(intermediary__name__icontains=value) | queryset.filter(
            department__name__icontains=value
        )


class InquiryForm(forms.Form):
    """A pair to be checked. Entities are named by credit code or exact name."""

    intermediary = forms.CharField(
        label=_("Intermediary"), max_length=200, help_text=_("Exact name or Unified Social Credit Code")
    )
    department = forms.CharField(label=_("Department"), max_length=200, help_text=_("Exact name"))

    def _entity(self, field: str, **kind: object) -> Entity:
        text = self.cleaned_data[field].strip()
        found = Entity.objects.filter(**kind)
        entity = found.filter(credit_code=text.upper()).first() or found.filter(name=text).first()
        if entity is None:
            raise forms.ValidationError(_("No entity of this name or code is on record."))
        return entity

    def clean_intermediary(self) -> Entity:
        return self._entity("intermediary")

    def clean_department(self) -> Entity:
        return self._entity("department", kind=EntityKind.DEPARTMENT)


class DeterminationForm(forms.Form):
    """A regulator's answer where the rules could not decide."""

    outcome = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (Outcome.CLEAR, _("Clear: no tie bars the intermediary")),
            (Outcome.CONFLICTED, _("Conflicted: it may not serve this department")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea,
        max_length=2000,
        help_text=_("What you looked at, and what follows from it. The intermediary reads this."),
    )
