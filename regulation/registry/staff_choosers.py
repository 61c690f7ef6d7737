"""Choosers of the CMS: an approval, service, provision, region or department is found by words, not typed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser

from regulation.parties.models import Entity, Region

from .models import Approval, Provision, Service
from .queries import (
    deciders,
    search_approvals,
    search_deciders,
    search_provisions,
    search_regions,
    search_services,
)

Search = Callable[[Any, str], Any]


class ChosenByWords(BaseChooser):
    """Shows nothing chosen, instead of failing, where what was sent is no key at all."""

    def get_instance(self, value: Any) -> Any:
        try:
            return super().get_instance(value)
        except (TypeError, ValueError):
            return None


def _views(search: Search, where: str) -> dict[str, Any]:
    """The two views of a chooser that finds by our own search; `where` tells namesakes apart."""

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
    shown = property(lambda self: [self.title_column, *([Column(where, label=_("Region"))] if where else [])])
    own = {"filter_form_class": form, "per_page": 20, "columns": shown}
    return {
        "choose_view_class": type("FoundView", (ChooseView,), own),
        "choose_results_view_class": type("FoundResultsView", (ChooseResultsView,), own),
    }


class _Chooser(ChooserViewSet):
    search: Search
    where = ""
    base_widget_class = ChosenByWords

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name, view in _views(type(self).search, self.where).items():
            setattr(self, name, view)
        super().__init__(*args, **kwargs)


class ApprovalChooser(_Chooser):
    model = Approval
    icon = "clipboard-list"
    choose_one_text = _("Choose an approval")
    choose_another_text = _("Choose another approval")
    search = staticmethod(search_approvals)
    where = "region"

    def get_object_list(self) -> Any:
        return Approval.objects.select_related("region")


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
    where = "parent"

    def get_object_list(self) -> Any:
        return Region.objects.select_related("parent")


class DepartmentChooser(_Chooser):
    """Who may decide an approval. Other fields of entities keep their own widgets."""

    model = Entity
    icon = "group"
    choose_one_text = _("Choose a department")
    choose_another_text = _("Choose another department")
    search = staticmethod(search_deciders)
    where = "region"
    register_widget = False

    def get_object_list(self) -> Any:
        return deciders()


DEPARTMENTS = DepartmentChooser("registry_choose_department")
CHOOSERS = (
    ApprovalChooser("registry_choose_approval"),
    ServiceChooser("registry_choose_service"),
    ProvisionChooser("registry_choose_provision"),
    RegionChooser("registry_choose_region"),
    DEPARTMENTS,
)
