import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region, User

from ..models import Ruling, Service, Stage
from ..queries import search_services
from .days import EARLIEST, LATEST
from .filters import clean_text

SCHEDULED = "scheduled"


class DraftFilter(django_filters.FilterSet):
    """What an editor narrows the drafts by."""

    q = django_filters.CharFilter(label=_("Service"), method="by_service", max_length=100)

    stage = django_filters.ChoiceFilter(
        label=_("Stage"),
        choices=[*Stage.choices, (SCHEDULED, _("has a time of publication"))],
        method="by_stage",
    )
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(
            pk__in=Ruling.objects.filter(published_at__isnull=True).order_by().values("region")
        ),
        to_field_name="code",
    )
    author = django_filters.ModelChoiceFilter(
        label=_("Written by"),
        queryset=lambda _r: User.objects.filter(
            pk__in=Ruling.objects.filter(published_at__isnull=True).order_by().values("author")
        ).order_by("name", "pk"),
    )

    class Meta:
        model = Ruling
        fields = ()

    def by_service(self, queryset: Any, name: str, value: str) -> Any:
        found = search_services(Service.objects.all(), clean_text(value))
        return queryset.filter(service__in=found.values("pk"))

    def by_stage(self, queryset: Any, name: str, value: str) -> Any:
        return (
            queryset.filter(publish_at__isnull=False) if value == SCHEDULED else queryset.filter(stage=value)
        )


class ScheduleForm(forms.Form):
    """When a reviewed draft is to be published by itself."""

    publish_at = forms.DateTimeField(
        label=_("Publish at (time in Beijing)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_publish_at(self) -> dt.datetime:
        moment: dt.datetime = self.cleaned_data["publish_at"]
        if not EARLIEST < timezone.localdate(moment) < LATEST:
            raise forms.ValidationError(_("The day has to lie between 1949-10-01 and 2199-12-31."))
        return moment
