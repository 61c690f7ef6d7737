from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Rhythm


class FollowForm(forms.Form):
    """How often to be told."""

    topic = forms.CharField(max_length=12, widget=forms.HiddenInput)
    key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    rhythm = forms.ChoiceField(label=_("Tell me by e-mail"), choices=Rhythm.choices, widget=forms.RadioSelect)
