"""Choosers for the records that pages speak of, searched as the public lists are."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from regulation.parties.models import Region
from regulation.registry.forms import clean_text
from regulation.registry.models import Approval
from regulation.registry.queries import search_approvals


class WordsForm(BaseFilterForm):
    q = forms.CharField(label=_("Name, pinyin, initials or code"), required=False, max_length=100)

    def filter(self, objects: Any) -> Any:
        words = clean_text(self.cleaned_data.get("q"))
        if not words:
            return objects
        self.is_searching, self.search_query = True, words
        if objects.model is Approval:
            return search_approvals(objects, words)
        return objects.filter(
            Q(name__icontains=words) | Q(name_en__icontains=words) | Q(code__startswith=words)
        )


class _ByWords:
    filter_form_class = WordsForm


class WordsView(_ByWords, ChooseView):
    pass


class WordsResultsView(_ByWords, ChooseResultsView):
    pass


class ApprovalChooser(ChooserViewSet):
    model = Approval
    icon = "clipboard-list"
    choose_one_text = _("Choose an approval")
    choose_another_text = _("Choose another approval")
    choose_view_class = WordsView
    choose_results_view_class = WordsResultsView


class RegionChooser(ChooserViewSet):
    model = Region
    icon = "site"
    choose_one_text = _("Choose a region")
    choose_another_text = _("Choose another region")
    choose_view_class = WordsView
    choose_results_view_class = WordsResultsView


@hooks.register("register_admin_viewset")
def choosers() -> list[ChooserViewSet]:
    return [ApprovalChooser("approval_chooser"), RegionChooser("region_chooser")]
