from typing import Any

from django import forms
from django.forms.models import ModelForm
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, EntityKind

from ..models import Approval


def _approval(label: Any) -> forms.ModelChoiceField:
    """An approval by its address part: there are too many to choose from a list."""
    return forms.ModelChoiceField(
        label=label, queryset=Approval.objects.all(), to_field_name="ref", widget=forms.TextInput
    )


def _department(label: Any, *, required: bool = True) -> forms.ModelChoiceField:
    found = Entity.objects.filter(kind=EntityKind.DEPARTMENT).order_by("region", "pinyin", "pk")
    return forms.ModelChoiceField(label=label, queryset=found, required=required)


class DelegationForm(ModelForm):
    """A delegation: the approval is named once and stays."""

    approval = _approval(_("Approval (its address part)"))
    department = _department(_("Decided by"))
    delegator = _department(_("Handed on by"), required=False)


class CounterpartForm(ModelForm):
    """A finding that two approvals are the same: both are named once and stay."""

    approval = _approval(_("Approval (its address part)"))
    same_as = _approval(_("The same as (its address part)"))
