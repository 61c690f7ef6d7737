"""What editors read in the CMS: rulings, drafts, consultations. They act on them at the desk, where each act
takes the right person and stands in the ledger; these screens only lead there."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from regulation.ledger.queries import database_now

from .holding import hold_on
from .models import Consultation, Ruling, Stage
from .queries import consultations, drafts, with_consultation


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


class PublishedFilter(WagtailFilterSet):
    """Rulings by where they stand today."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[
            ("in_force", _("in force today")),
            ("lapsed", _("legal basis ended")),
            ("coming", _("not yet in force")),
            ("ended", _("no longer in force")),
            ("corrected", _("corrected since")),
        ],
        method="by_state",
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )

    class Meta:
        model = Ruling
        fields = ("necessity", "service", "region")

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        today = timezone.localdate()
        standing = queryset.filter(recorded__upper_inf=True)
        match value:
            case "in_force":
                return standing.standing_on(today)
            case "lapsed":
                return standing.in_force_on(today).lapsed_on(today)
            case "coming":
                return standing.filter(in_force__startswith__gt=today)
            case "ended":
                return standing.filter(in_force__endswith__lte=today)
        return queryset.filter(recorded__upper_inf=False)


class WaitingFilter(WagtailFilterSet):
    """Drafts by stage, by who wrote them, and by what is to happen by itself."""

    timed = django_filters.BooleanFilter(
        label=_("Has a time of publication"), field_name="publish_at", lookup_expr="isnull", exclude=True
    )
    consulted = django_filters.BooleanFilter(
        label=_("Open for comment"), field_name="consulted_until", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = Ruling
        fields = ("stage", "necessity", "region", "author")


def _state(ruling: Any) -> Any:
    """Where a published ruling stands today."""
    today = timezone.localdate()
    if ruling.recorded.upper is not None:
        return _("corrected since")
    if today < ruling.in_force.lower:
        return _("not yet in force")
    if today not in ruling.in_force:
        return _("no longer in force")
    return _("legal basis ended") if ruling.lapsed else _("in force today")


def _hold(draft: Any) -> str:
    hold = hold_on(
        stage=draft.stage,
        author=draft.author,
        reviewer=draft.legal_reviewer,
        publish_at=draft.publish_at,
        consulted_until=draft.consulted_until,
    )
    return f"{hold.by} · {gettext('Locked')}" if hold.locked else hold.by


class _Acts(IndexView):
    """Behind each row the ways to the places of the desk where one acts on it."""

    def acts(self, item: Any) -> list[tuple[Any, str, str]]:
        """What each is called, its address and its icon."""
        raise NotImplementedError

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        own = [
            Button(label, url=url, icon_name=icon, priority=n)
            for n, (label, url, icon) in enumerate(self.acts(instance), start=1)
        ]
        return [*own, *super().get_list_more_buttons(instance)]


class _Published(_Acts):
    filterset_class = PublishedFilter

    def get_base_queryset(self) -> Any:
        published = Ruling.objects.published().judged_on(timezone.localdate())
        return published.select_related("service", "region", "approval")

    def acts(self, item: Any) -> list[tuple[Any, str, str]]:
        place = {"service": item.service.code, "region": item.region_id}
        if item.approval:
            place["approval"] = item.approval.ref
        page = item.get_absolute_url()
        return [
            (_("The public page"), page, "view"),
            (_("Versions and their differences"), f"{page}#history", "history"),
            (_("Draft a new version"), f"{reverse('registry:draft_new')}?{urlencode(place)}", "edit"),
        ]


class _Drafts(_Acts):
    filterset_class = WaitingFilter
    page_title = _("Draft rulings")

    def get_base_queryset(self) -> Any:
        return with_consultation(drafts(), now=database_now())

    def acts(self, item: Any) -> list[tuple[Any, str, str]]:
        found = [
            (_("Review, publish, schedule"), reverse("registry:draft_review", args=[item.pk]), "check"),
            (
                _("Versions and their differences"),
                reverse("registry:draft_history", args=[item.pk]),
                "history",
            ),
        ]
        if item.author_id == self.request.user.pk and not item.consulted_until and item.stage == Stage.DRAFT:
            found.append((_("Change the draft"), reverse("registry:draft_edit", args=[item.pk]), "edit"))
        return found


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
        Column("approval", label=_("Approval"), accessor="approval"),
        "region",
        Column("verdict", label=_("Verdict"), accessor="get_necessity_display"),
        Column("state", label=_("State"), accessor=_state),
        "published_at",
    )
    search_fields = ("service__name", "service__pinyin", "service__initials", "region__name", "reason")


class DraftViewSet(_ReadOnly):
    model = Ruling
    icon = "edit"
    menu_label = _("Draft rulings")
    index_view_class = _Drafts
    list_display = (
        "service",
        Column("approval", label=_("Approval"), accessor="approval"),
        "region",
        Column("verdict", label=_("Verdict"), accessor="get_necessity_display"),
        Column("stage", label=_("Stage"), accessor="get_stage_display"),
        Column("hold", label=_("In whose hands"), accessor=_hold),
        "author",
        "publish_at",
    )
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
