import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region

from .models import (
    Approval,
    AreaAssessmentMatter,
    Instrument,
    Level,
    Necessity,
    Payer,
    Provision,
    Ruling,
    Service,
)
from .operations import Wording
from .queries import search_approvals, search_services

EARLIEST = dt.date(1949, 10, 1)
LATEST = dt.date(2199, 12, 31)


def clean_text(value: object) -> str:
    """A query parameter without what a database cannot hold."""
    return str(value or "").replace("\0", "").strip()[:100]


def regions_with_approvals() -> Any:
    return Region.objects.filter(pk__in=Approval.objects.order_by().values("region").distinct())


class Facet(django_filters.ModelChoiceFilter):
    """A filter chosen by its counted links; the form only carries it along."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.HiddenInput, **kwargs)


def all_but(found: django_filters.FilterSet, name: str) -> Any:
    """What the other filters leave: what a facet counts, so that one choice can be changed for another."""
    if not found.data or not found.data.get(name):
        return found.qs
    data = {key: value for key, value in found.data.items() if key != name}
    return type(found)(data, queryset=found.queryset).qs


class ApprovalFilter(django_filters.FilterSet):
    """What a reader narrows the approvals by."""

    q = django_filters.CharFilter(label=_("Name, pinyin, initials or code"), method="by_text", max_length=100)
    region = Facet(label=_("Region"), queryset=Region.objects.all(), to_field_name="code")
    department = Facet(label=_("Department"), queryset=Entity.objects.all())

    class Meta:
        model = Approval
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return search_approvals(queryset, value)


class ServiceFilter(django_filters.FilterSet):
    """What a reader narrows the services by."""

    q = django_filters.CharFilter(label=_("Name, pinyin or initials"), method="by_text", max_length=100)
    necessity = django_filters.ChoiceFilter(
        label=_("Somewhere ruled"), choices=Necessity.choices, method="by_necessity"
    )

    class Meta:
        model = Service
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return search_services(queryset, value)

    def by_necessity(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(
            rulings__necessity=value, rulings__published_at__isnull=False, rulings__recorded__upper_inf=True
        ).distinct()


class InstrumentFilter(django_filters.FilterSet):
    """What a reader narrows the laws by."""

    q = django_filters.CharFilter(label=_("Title or number"), method="by_text", max_length=100)
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level.choices)

    class Meta:
        model = Instrument
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        value = clean_text(value)
        return (
            queryset.filter(title__icontains=value)
            | queryset.filter(number__icontains=value)
            | queryset.filter(title_en__icontains=value)
        )


class AreaFilter(django_filters.FilterSet):
    """What a reader narrows the area-assessment matters by."""

    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(
            pk__in=AreaAssessmentMatter.objects.order_by().values("region")
        ),
        to_field_name="code",
    )

    class Meta:
        model = AreaAssessmentMatter
        fields = ()


class AsOfForm(forms.Form):
    """The two questions of time: in force on which day, and as this site said on which day."""

    on = forms.DateField(
        label=_("In force on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    said = forms.DateField(
        label=_("As this site said at the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def _within(self, name: str) -> dt.date | None:
        day: dt.date | None = self.cleaned_data[name]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("The day has to lie between 1949-10-01 and 2199-12-31."))
        return day

    def clean_on(self) -> dt.date | None:
        return self._within("on")

    def clean_said(self) -> dt.date | None:
        return self._within("said")

    def day(self) -> dt.date:
        return (self.cleaned_data.get("on") if self.is_valid() else None) or timezone.localdate()

    def moment(self) -> dt.datetime | None:
        """The end of the day asked for, in the site's time zone; None when not asked."""
        day = self.cleaned_data.get("said") if self.is_valid() else None
        if day is None:
            return None
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


class RulingForm(forms.Form):
    """A draft ruling."""

    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.all(), to_field_name="code")
    approval = forms.ModelChoiceField(
        label=_("Approval (its address part)"),
        queryset=Approval.objects.all(),
        to_field_name="ref",
        required=False,
        widget=forms.TextInput,
        help_text=_("Leave empty where the law speaks of the service in every approval."),
    )
    region = forms.ModelChoiceField(
        label=_("Region code"),
        queryset=Region.objects.all(),
        to_field_name="code",
        widget=forms.TextInput,
        help_text=_("000000 for the whole country"),
    )
    necessity = forms.ChoiceField(label=_("Verdict"), choices=Necessity.choices, widget=forms.RadioSelect)
    payer = forms.ChoiceField(
        label=_("Who pays"), choices=[("", _("the provision does not say")), *Payer.choices], required=False
    )
    start = forms.DateField(label=_("In force from"), widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(
        label=_("In force until (exclusive)"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    provisions = forms.ModelMultipleChoiceField(
        label=_("Provisions it rests on"),
        queryset=Provision.objects.select_related("instrument"),
        widget=forms.SelectMultiple(attrs={"size": "10"}),
        help_text=_("At least one. The highest in rank becomes the principal one."),
    )
    reason = forms.CharField(label=_("One sentence, in Chinese"), max_length=1000, widget=forms.Textarea)
    reason_en = forms.CharField(
        label=_("One sentence, in English"), max_length=1000, widget=forms.Textarea, required=False
    )
    conditions = forms.CharField(label=_("Conditions, in Chinese"), max_length=1000, required=False)
    conditions_en = forms.CharField(label=_("Conditions, in English"), max_length=1000, required=False)
    source = forms.CharField(label=_("Source"), max_length=400)

    def _within(self, name: str) -> dt.date | None:
        day: dt.date | None = self.cleaned_data[name]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("The day has to lie between 1949-10-01 and 2199-12-31."))
        return day

    def clean_start(self) -> dt.date | None:
        return self._within("start")

    def clean_end(self) -> dt.date | None:
        return self._within("end")

    @classmethod
    def of(cls, draft: Ruling, data: Any = None) -> "RulingForm":
        """The form to revise a draft: what it is about stays."""
        said = ("necessity", "payer", "reason", "reason_en", "conditions", "conditions_en", "source")
        initial = {name: getattr(draft, name) for name in said}
        initial |= {"start": draft.in_force.lower, "end": draft.in_force.upper, "region": draft.region_id}
        initial |= {"service": draft.service.code, "approval": draft.approval.ref if draft.approval else ""}
        initial["provisions"] = [basis.provision_id for basis in draft.bases.all()]
        form = cls(data, initial=initial)
        for name in ("service", "approval", "region"):
            form.fields[name].disabled = True
        return form

    def cited(self) -> list[Provision]:
        """The chosen provisions, highest in rank first."""
        rank = {level: n for n, level in enumerate(Level.values)}
        return sorted(self.cleaned_data["provisions"], key=lambda p: (rank[p.level], p.ref))

    def wording(self) -> Wording:
        return Wording(**{name: self.cleaned_data[name] for name in Wording.__dataclass_fields__})


class ReturnForm(forms.Form):
    """Why a draft goes back to its author."""

    note = forms.CharField(
        label=_("What the author should change"), max_length=1000, widget=forms.Textarea(attrs={"rows": "3"})
    )
