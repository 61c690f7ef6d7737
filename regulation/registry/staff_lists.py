"""What editors read in the CMS: rulings, drafts, consultations. They act on them at the desk, where each act
takes the right person and stands in the ledger; these screens only lead there."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from .models import Consultation, Ruling
from .queries import consultations, drafts


class ReadOnlyPolicy(ModelPermissionPolicy):
    """Whoever may change or see the model by Django's permissions sees it; nobody does more here."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action != "view":
            return False
        return any(super(ReadOnlyPolicy, self).user_has_permission(user, act) for act in ("view", "change"))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return "view" in actions and self.user_has_permission(user, "view")


for model in (Ruling, Consultation):
    register_permission_policy(model, ReadOnlyPolicy(model))


def _address(item: Any) -> tuple[str, Any]:
    """Where the act on a thing is done, and what that place is called."""
    if isinstance(item, Ruling) and item.published_at is None:
        return reverse("registry:draft_review", args=[item.pk]), _("At the editors' desk")
    if isinstance(item, Consultation):
        return reverse("registry:consultation_answer", args=[item.pk]), _("Answer comments")
    return item.get_absolute_url(), _("The public page")


class DeskInspectView(InspectView):
    """All fields, with a button to the place where one acts."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        url, label = _address(self.object)
        buttons = [Button(label, url=url, icon_name="edit", priority=10)]
        if isinstance(self.object, Consultation):
            page = self.object.get_absolute_url()
            buttons.append(Button(_("The public page"), url=page, icon_name="view", priority=20))
        return buttons


class _ReadOnly(ModelViewSet):
    inspect_view_enabled = True
    inspect_view_class = DeskInspectView
    copy_view_enabled = False
    search_backend_name = None
    exclude_form_fields = ()
    list_per_page = 50


class _Published(IndexView):
    def get_base_queryset(self) -> Any:
        return Ruling.objects.published().select_related("service", "region", "approval")


class _Drafts(IndexView):
    def get_base_queryset(self) -> Any:
        return drafts()


class _Consultations(IndexView):
    def get_base_queryset(self) -> Any:
        return consultations()


class RulingViewSet(_ReadOnly):
    model = Ruling
    icon = "check"
    menu_label = _("Rulings")
    index_view_class = _Published
    list_display = (
        "service",
        "region",
        Column("verdict", label=_("Verdict"), accessor="get_necessity_display"),
        "published_at",
    )
    list_filter = ("necessity", "service")
    search_fields = ("service__name", "service__pinyin", "service__initials", "region__name", "reason")


class DraftViewSet(_ReadOnly):
    model = Ruling
    icon = "edit"
    menu_label = _("Draft rulings")
    index_view_class = _Drafts
    list_display = (
        "service",
        "region",
        Column("stage", label=_("Stage"), accessor="get_stage_display"),
        "author",
        "publish_at",
    )
    list_filter = ("stage", "necessity")
    search_fields = ("service__name", "service__pinyin", "service__initials", "region__name", "reason")


class ConsultationViewSet(_ReadOnly):
    model = Consultation
    icon = "comment"
    menu_label = _("Consultations")
    index_view_class = _Consultations
    list_display = (
        "question",
        "closes_at",
        Column("said", label=_("Comments")),
        Column("waiting", label=_("Unanswered")),
    )
    list_filter = ("withdrawn_at", "is_invented")
    search_fields = ("question", "question_en", "ruling__service__name")


LISTS = (
    RulingViewSet("registry_rulings"),
    DraftViewSet("registry_drafts"),
    ConsultationViewSet("registry_consultations"),
)
