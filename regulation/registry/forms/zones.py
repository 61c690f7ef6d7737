import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.parties.widgets import DayInput

from ..models import Effect, Provision, Service, Zone, ZoneAssessment
from ..operations import Assessed
from .days import DaysWithin
from .filters import clean_text


class ZoneFilter(django_filters.FilterSet):
    """What a reader narrows the zones by."""

    q = django_filters.CharFilter(label=_("Name"), method="by_text", max_length=100)
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(pk__in=Zone.objects.order_by().values("region")),
        to_field_name="code",
    )
    service = django_filters.ModelChoiceFilter(
        label=_("Assessed for"),
        queryset=lambda _r: Service.objects.filter(
            pk__in=ZoneAssessment.objects.published().order_by().values("service")
        ),
        to_field_name="code",
        method="by_service",
    )

    class Meta:
        model = Zone
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        value = clean_text(value)
        return queryset.filter(name__icontains=value) | queryset.filter(name_en__icontains=value)

    def by_service(self, queryset: Any, name: str, value: Service) -> Any:
        held = ZoneAssessment.objects.published().filter(service=value)
        return queryset.filter(pk__in=held.order_by().values("zone"))


class AssessmentForm(DaysWithin, forms.Form):
    """A draft of what a zone has had assessed."""

    zone = forms.ModelChoiceField(label=_("Zone"), queryset=Zone.objects.all(), to_field_name="ref")
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.all(), to_field_name="code")
    effect = forms.ChoiceField(
        label=_("For a project inside the zone the service is"),
        choices=Effect.choices,
        widget=forms.RadioSelect,
    )
    report = forms.CharField(label=_("Report: title, number, who approved it"), max_length=200)
    start = forms.DateField(label=_("Valid from"), widget=DayInput())
    end = forms.DateField(
        label=_("Valid until (exclusive)"),
        required=False,
        widget=DayInput(),
        help_text=_("From that day on it no longer counts."),
    )
    provision = forms.ModelChoiceField(
        label=_("Provision it rests on"), queryset=Provision.objects.select_related("instrument")
    )
    note = forms.CharField(label=_("Note, in Chinese"), max_length=1000, required=False)
    note_en = forms.CharField(label=_("Note, in English"), max_length=1000, required=False)
    source = forms.CharField(label=_("Source"), max_length=300)

    def clean_start(self) -> dt.date | None:
        return self._within("start")

    def clean_end(self) -> dt.date | None:
        return self._within("end")

    @classmethod
    def of(cls, draft: ZoneAssessment, data: Any = None) -> "AssessmentForm":
        names = ("effect", "report", "note", "note_en", "source")
        initial = {name: getattr(draft, name) for name in names}
        initial |= {"zone": draft.zone.ref, "service": draft.service.code, "provision": draft.provision_id}
        return cls(data, initial=initial | {"start": draft.valid.lower, "end": draft.valid.upper})

    def said(self) -> Assessed:
        return Assessed(**{name: self.cleaned_data[name] for name in Assessed.__dataclass_fields__})


class EndForm(DaysWithin, forms.Form):
    """From which day an assessment no longer holds, and why."""

    on = forms.DateField(label=_("First day on which it no longer holds"), widget=DayInput())
    reason = forms.CharField(
        label=_("Why it ends"), max_length=1000, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def clean_on(self) -> dt.date | None:
        return self._within("on")
