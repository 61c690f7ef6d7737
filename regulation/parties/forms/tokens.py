"""What a token is called, what it may do, how long it holds."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Scope

PERIODS = [(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("365 days"))]


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("What will use it, so that you know it again: for example the program and its machine."),
    )
    scope = forms.ChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=Scope.READ,
        widget=forms.RadioSelect,
        help_text=_("Reading shows what you see yourself; writing does what you do yourself, in your name."),
    )
    days = forms.TypedChoiceField(label=_("How long it holds"), choices=PERIODS, coerce=int, initial=90)
