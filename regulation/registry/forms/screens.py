"""What the staff screens of the CMS ask for in forms of their own."""

from typing import Any

from django.forms.models import ModelForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import Approval, Provision, Service
from ..queries import search_approvals, search_provisions, search_services
from .finding import FindInput, FoundField


def approval_field(label: str | Promise, **more: Any) -> FoundField:
    """An approval, by its address part or by words that fit it alone."""
    return FoundField(
        label=label,
        queryset=Approval.objects.select_related("region"),
        search=search_approvals,
        to_field_name="ref",
        widget=FindInput(kind="approval"),
        help_text=_("Name, pinyin, initials or code."),
        **more,
    )


def service_field(label: str | Promise, **more: Any) -> FoundField:
    """A service, by its code or by words that fit it alone."""
    return FoundField(
        label=label,
        queryset=Service.objects.all(),
        search=search_services,
        to_field_name="code",
        widget=FindInput(kind="service"),
        help_text=_("Name, pinyin, initials or code."),
        **more,
    )


def provision_field(label: str | Promise, **more: Any) -> FoundField:
    """An article, by its address part or by words that fit it alone."""
    return FoundField(
        label=label,
        queryset=Provision.objects.select_related("instrument"),
        search=search_provisions,
        to_field_name="ref",
        widget=FindInput(kind="provision"),
        help_text=_("The law's name or number, and the article as the law writes it."),
        **more,
    )


FOUND = {
    "approval": approval_field(_("Approval")),
    "service": service_field(_("Service")),
    "provision": provision_field(_("Provision")),
}


class DelegationForm(ModelForm):
    """A delegation: the approval is named once and stays."""

    approval = approval_field(_("Approval"))


class CounterpartForm(ModelForm):
    """A finding that two approvals are the same: both are named once and stay."""

    approval = approval_field(_("Approval"))
    same_as = approval_field(_("The same as"))
