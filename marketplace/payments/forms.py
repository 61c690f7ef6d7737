import datetime as dt

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput

from .models import Charge, ProviderEvent
from .models.event import EventState


class TransferForm(forms.Form):
    """A transfer made at a bank."""

    number = forms.CharField(label=_("The bank's transaction number"), max_length=80)
    paid_on = forms.DateField(label=_("Day of the transfer"), widget=DayInput)
    voucher = forms.FileField(
        label=_("Voucher"), required=False, help_text=_("PDF, PNG or JPEG, at most 10 MB.")
    )

    def clean_paid_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["paid_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("A transfer is recorded once it was made: this day is to come."))
        return day


class AccountForm(forms.Form):
    """A bank account for payouts."""

    holder = forms.CharField(label=_("Account holder"), max_length=200)
    bank = forms.CharField(label=_("Bank and branch"), max_length=200)
    number = forms.RegexField(
        r"^[0-9 ]{8,40}$",
        label=_("Account number"),
        error_messages={"invalid": _("An account number has 8 to 40 digits.")},
    )

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).replace(" ", "")


class ChargeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("Title"))
    provider = django_filters.ChoiceFilter(
        choices=Charge._meta.get_field("provider").choices, label=_("Way of payment")
    )

    class Meta:
        model = Charge
        fields = ["q", "provider"]


class EventFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=EventState.choices, label=_("State"))

    class Meta:
        model = ProviderEvent
        fields = ["state"]
