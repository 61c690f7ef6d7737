"""Staff screens for approvals, services, laws and the working calendar."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..forms import CounterpartForm, DelegationForm, PaperRow
from ..models import Approval, CalendarDay, Counterpart, Delegation, Instrument, Provision, Service
from .base import CatalogueViewSet, WithRowsCreateView, WithRowsEditView


class _Papers:
    row_forms = {"materials": (_("Papers asked for, in order"), PaperRow)}
    form: Any

    def rows_said(self) -> dict[str, list[dict[str, Any]]]:
        """A paper without a source of its own has the approval's."""
        said: dict[str, list[dict[str, Any]]] = super().rows_said()  # type: ignore[misc]
        source = self.form.instance.source
        return {
            name: [{**row, "source": row["source"] or source} for row in rows] for name, rows in said.items()
        }


class ApprovalCreateView(_Papers, WithRowsCreateView):
    pass


class ApprovalEditView(_Papers, WithRowsEditView):
    pass


class ApprovalViewSet(CatalogueViewSet):
    model = Approval
    add_view_class = ApprovalCreateView
    edit_view_class = ApprovalEditView
    icon = "clipboard-list"
    menu_label = _("Approvals")
    form_fields = (
        "ref",
        "code",
        "name",
        "name_en",
        "main_item",
        "department",
        "region",
        "committed_days",
        "source",
    )
    list_display = ("name", "department", "region")
    search_fields = ("name", "pinyin", "initials", "code")


class ServiceViewSet(CatalogueViewSet):
    model = Service
    icon = "tag"
    menu_label = _("Intermediary services")
    once = ("code",)
    form_fields = (
        "code",
        "name",
        "name_en",
        "category",
        "category_en",
        "description",
        "description_en",
        "source",
    )
    list_display = ("name", "category")
    search_fields = ("name", "name_en", "pinyin", "initials")


class InstrumentViewSet(CatalogueViewSet):
    model = Instrument
    icon = "doc-full"
    menu_label = _("Laws and documents")
    once = ("ref", "level")  # the provisions repeat the level, and required rulings rest on it
    form_fields = (
        "ref",
        "title",
        "title_en",
        "number",
        "issuer",
        "level",
        "region",
        "in_force",
        "version_date",
        "repealed_by",
        "source",
    )
    list_display = ("title", "number", "level")
    list_filter = ("level",)
    search_fields = ("title", "title_en", "number")


class ProvisionViewSet(CatalogueViewSet):
    model = Provision
    icon = "list-ol"
    menu_label = _("Provisions")
    once = ("ref", "instrument")
    form_fields = (
        "ref",
        "instrument",
        "article",
        "article_order",
        "in_force",
        "summary",
        "summary_en",
        "source",
    )
    list_display = ("instrument", "article", "level")
    list_filter = ("level",)
    search_fields = ("article", "summary", "summary_en")


class CalendarViewSet(CatalogueViewSet):
    model = CalendarDay
    icon = "date"
    menu_label = _("Working calendar")
    once = ("day",)
    form_fields = ("day", "working", "occasion", "occasion_en", "source")
    list_display = ("day", "working", "occasion")
    search_fields = ("occasion", "occasion_en")


class DelegationViewSet(CatalogueViewSet):
    model = Delegation
    icon = "arrow-down"
    menu_label = _("Delegations")
    once = ("approval",)
    base_form = DelegationForm
    form_fields = (
        "approval",
        "department",
        "delegator",
        "in_force",
        "provision",
        "document",
        "note",
        "note_en",
        "source",
    )
    list_display = ("approval", "department", "in_force")
    search_fields = ("approval__name", "department__name", "document")


class CounterpartViewSet(CatalogueViewSet):
    model = Counterpart
    icon = "link"
    menu_label = _("Counterparts")
    once = ("approval", "same_as")
    base_form = CounterpartForm
    form_fields = ("approval", "same_as", "ground", "ground_en", "source")
    list_display = ("approval", "same_as", "ground")
    search_fields = ("approval__name", "same_as__name", "ground")
