"""Choosers of the CMS: an approval, service, provision or region is found by words, not typed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from regulation.parties.models import Region

from .models import Approval, Provision, Service
from .queries import search_approvals, search_provisions, search_regions, search_services

Search = Callable[[Any, str], Any]


def _views(search: Search) -> dict[str, Any]:
    """The two views of a chooser that finds by our own search."""

    def narrowed(self: Any, objects: Any) -> Any:
        query = self.cleaned_data.get("q")
        if not query:
            return objects
        self.is_searching, self.search_query = True, query
        return search(objects, query)

    words = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": _("Name, pinyin, initials or code")}),
    )
    form = type("FoundByWords", (BaseFilterForm,), {"q": words, "filter": narrowed})
    own = {"filter_form_class": form, "per_page": 20}
    return {
        "choose_view_class": type("FoundView", (ChooseView,), own),
        "choose_results_view_class": type("FoundResultsView", (ChooseResultsView,), own),
    }


class _Chooser(ChooserViewSet):
    search: Search

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name, view in _views(type(self).search).items():
            setattr(self, name, view)
        super().__init__(*args, **kwargs)


class ApprovalChooser(_Chooser):
    model = Approval
    icon = "clipboard-list"
    choose_one_text = _("Choose an approval")
    choose_another_text = _("Choose another approval")
    search = staticmethod(search_approvals)


class ServiceChooser(_Chooser):
    model = Service
    icon = "tag"
    choose_one_text = _("Choose a service")
    choose_another_text = _("Choose another service")
    search = staticmethod(search_services)


class ProvisionChooser(_Chooser):
    model = Provision
    icon = "list-ol"
    choose_one_text = _("Choose a provision")
    choose_another_text = _("Choose another provision")
    search = staticmethod(search_provisions)


class RegionChooser(_Chooser):
    model = Region
    icon = "globe"
    choose_one_text = _("Choose a region")
    choose_another_text = _("Choose another region")
    search = staticmethod(search_regions)


CHOOSERS = (
    ApprovalChooser("registry_choose_approval"),
    ServiceChooser("registry_choose_service"),
    ProvisionChooser("registry_choose_provision"),
    RegionChooser("registry_choose_region"),
)
