from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput


class DayForm(forms.Form):
    """The day the rules are asked for."""

    on = forms.DateField(label=_("Rules in force on"), widget=DayInput(), required=False)
