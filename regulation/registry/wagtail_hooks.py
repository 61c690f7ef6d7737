"""Staff screens for what rulings speak of. Rulings themselves are written and published at the editors' desk.

Nothing is deleted here: records that rulings, tenders and the ledger name stay.
"""

from typing import Any

from django.forms.models import modelform_factory
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from .models import Approval, CalendarDay, Instrument, Provision, Service
from .operations import save_catalogued
from .staff_choosers import CHOOSERS
from .staff_lists import LISTS


class KeptPolicy(ModelPermissionPolicy):
    """Add and change by Django's permissions; nobody deletes."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


for model in (Approval, CalendarDay, Service, Instrument, Provision):
    register_permission_policy(model, KeptPolicy(model))


class _Recorded:
    """Saves through the operation, so that the change stands in the ledger."""

    form: Any
    request: Any

    def save_instance(self) -> Any:
        save_catalogued(item=self.form.instance, changed=self.form.changed_data, by=self.request.user)
        return self.form.instance


class RecordedCreateView(_Recorded, CreateView):
    pass


class RecordedEditView(_Recorded, EditView):
    pass


class CatalogueViewSet(ModelViewSet):
    """Common to the four: recorded saves, search by the ORM, fields that never change once created."""

    add_view_class = RecordedCreateView
    edit_view_class = RecordedEditView
    search_backend_name = None
    copy_view_enabled = False
    list_per_page = 50
    once: tuple[str, ...] = ("ref",)

    def get_form_class(self, for_update: bool = False) -> Any:
        """Approvals, services, provisions and regions are chosen by the choosers registered for them."""
        fields = [name for name in self.form_fields if not (for_update and name in self.once)]
        return modelform_factory(self.model, fields=fields, formfield_callback=formfield_for_dbfield)


class ApprovalViewSet(CatalogueViewSet):
    model = Approval
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


class RegistryGroup(ModelViewSetGroup):
    menu_label = _("Registry")
    menu_icon = "folder-open-inverse"
    menu_order = 150
    items = (
        *LISTS,
        ApprovalViewSet("registry_approvals"),
        ServiceViewSet("registry_services"),
        InstrumentViewSet("registry_instruments"),
        ProvisionViewSet("registry_provisions"),
        CalendarViewSet("registry_calendar"),
    )


@hooks.register("register_admin_viewset")
def registry_screens() -> RegistryGroup:
    return RegistryGroup()


@hooks.register("register_admin_viewset")
def registry_choosers() -> Any:
    return CHOOSERS


@hooks.register("register_admin_menu_item")
def draft_rulings() -> MenuItem:
    """The way from the CMS to the editors' desk."""
    return MenuItem(_("Draft rulings"), reverse("registry:draft_list"), icon_name="edit", order=151)
