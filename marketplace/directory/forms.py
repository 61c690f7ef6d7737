from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.parties.widgets import DayInput
from regulation.registry.forms import Facet
from regulation.registry.models import Service

from .models import Intermediary, Offer, PriceBasis
from .operations import GENERAL_RULES
from .queries import named_like, serving

SORTS = {
    "name": ("entity__pinyin", "pk"),
    "-name": ("-entity__pinyin", "pk"),
    "price": (F("lowest").asc(nulls_last=True), "entity__pinyin", "pk"),
    "-price": (F("lowest").desc(nulls_last=True), "entity__pinyin", "pk"),
    "credit": (
        F("credit_level").desc(nulls_last=True),
        F("credit_score").desc(nulls_last=True),
        "entity__pinyin",
        "pk",
    ),
    "-credit": (
        F("credit_level").asc(nulls_last=True),
        F("credit_score").asc(nulls_last=True),
        "entity__pinyin",
        "pk",
    ),
}
PLACED = ("placed", "entity__pinyin", "pk")
"""The order nobody asked for: what a rule places first, then by name."""


def services_for_sale() -> QuerySet[Service]:
    return Service.objects.exclude(category=GENERAL_RULES)


def offered_regions() -> QuerySet[Region]:
    return Region.objects.filter(pk__in=Offer.objects.order_by().values("region"))


def credit_levels() -> list[tuple[str, str]]:
    """From which level on somebody may narrow the list."""
    return [(str(n), gettext("%(n)s stars or more") % {"n": n}) for n in (5, 4, 3, 2)]


class CodeChoiceFilter(django_filters.ModelChoiceFilter):
    """A choice by code, so that addresses can be read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, to_field_name="code", **kwargs)


class DirectoryFilter(django_filters.FilterSet):
    """What a buyer narrows the directory by."""

    q = django_filters.CharFilter(label=_("Name, pinyin or code"), method="by_text", max_length=60)
    service = Facet(
        label=_("Service"), queryset=lambda _r: services_for_sale(), method="by_service", to_field_name="code"
    )
    region = CodeChoiceFilter(
        label=_("Serves region"), queryset=lambda _r: offered_regions(), method="by_region"
    )
    credit = django_filters.ChoiceFilter(
        label=_("Credit"), choices=lambda: credit_levels(), method="by_credit"
    )
    most = django_filters.NumberFilter(
        label=_("Price at most (yuan)"), method="by_price", min_value=0, max_value=9_999_999_999
    )

    class Meta:
        model = Intermediary
        fields = ()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return named_like(queryset, value.replace("\0", ""))

    def by_service(self, queryset: Any, name: str, value: Service) -> Any:
        offers = Offer.objects.standing_on(timezone.localdate()).filter(service=value)
        return queryset.filter(pk__in=offers.order_by().values("intermediary"))

    def by_region(self, queryset: Any, name: str, value: Region) -> Any:
        return serving(queryset, value.code)

    def by_credit(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(credit_level__gte=int(value))

    def by_price(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(lowest__lte=value)


class ProfileForm(forms.ModelForm):
    """What an intermediary says of itself, and where it is reached: checks compare that between bidders."""

    address = forms.CharField(label=_("Address"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["address"] = self.instance.entity.address
        for name in ("address", "phone", "email"):
            self.fields[name].help_text = _("Compared with those of other bidders and of departments.")

    class Meta:
        model = Intermediary
        fields = ("summary", "summary_en", "phone", "email")
        labels = {
            "summary": _("What you do, in Chinese"),
            "summary_en": _("What you do, in English"),
            "phone": _("Telephone"),
            "email": _("E-mail"),
        }


class OfferForm(forms.Form):
    """A published price."""

    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.exclude(category=GENERAL_RULES), to_field_name="code"
    )
    region = forms.CharField(
        label=_("Region code"),
        max_length=6,
        help_text=_("Six digits, for example 511602 for Guang'an District"),
    )
    price_basis = forms.ChoiceField(
        label=_("Price basis"), choices=PriceBasis.choices, widget=forms.RadioSelect
    )
    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=0.01,
        max_digits=12,
        decimal_places=2,
        help_text=_("Yuan without tax; for a rate, per cent of the contract amount"),
    )
    unit = forms.CharField(label=_("Unit, in Chinese"), max_length=40, required=False)
    days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=3650)

    def clean_region(self) -> Region:
        region = Region.objects.filter(code=self.cleaned_data["region"]).first()
        if region is None:
            raise forms.ValidationError(_("There is no region with this code."))
        return region

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("price_basis") == PriceBasis.PER_UNIT and not data.get("unit"):
            self.add_error("unit", _("A price per unit names its unit."))
        amount = data.get("amount")
        if data.get("price_basis") == PriceBasis.RATE and amount is not None and amount > 100:
            self.add_error("amount", _("A rate is at most 100 per cent."))
        return data


class QualificationForm(forms.Form):
    """A certificate as its holder enters it; `end` is exclusive."""

    name = forms.CharField(
        label=_("Name of the certificate"),
        max_length=200,
        help_text=_("In full, as it is printed: owners ask for it by this name."),
    )
    number = forms.CharField(label=_("Number"), max_length=80)
    issuer = forms.CharField(label=_("Issued by"), max_length=200)
    start = forms.DateField(label=_("Valid from"), widget=DayInput)
    end = forms.DateField(label=_("Valid until, that day not included"), widget=DayInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", _("This has to come after the first day."))
        return data
