"""Staff screens for what rulings speak of. Rulings themselves are written and published at the editors' desk.

Nothing is deleted here: records that rulings, tenders and the ledger name stay.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import register_permission_policy

from ..staff_choosers import CHOOSERS
from ..staff_lists import LISTS
from .base import KeptPolicy
from .catalogue import (
    ApprovalViewSet,
    CalendarViewSet,
    CounterpartViewSet,
    DelegationViewSet,
    InstrumentViewSet,
    ProvisionViewSet,
    ServiceViewSet,
)
from .home import RegistryHome
from .projects import (
    ActivityViewSet,
    AreaMatterViewSet,
    ConditionViewSet,
    JointReviewViewSet,
    ZoneAssessmentViewSet,
    ZoneViewSet,
)

CATALOGUE = (
    ApprovalViewSet("registry_approvals"),
    ServiceViewSet("registry_services"),
    InstrumentViewSet("registry_instruments"),
    ProvisionViewSet("registry_provisions"),
    DelegationViewSet("registry_delegations"),
    CounterpartViewSet("registry_counterparts"),
    CalendarViewSet("registry_calendar"),
    ConditionViewSet("registry_conditions"),
    ActivityViewSet("registry_activities"),
    ZoneViewSet("registry_zones"),
    ZoneAssessmentViewSet("registry_zone_assessments"),
    AreaMatterViewSet("registry_area_matters"),
    JointReviewViewSet("registry_joint_review"),
)

for screen in CATALOGUE:
    register_permission_policy(screen.model, KeptPolicy(screen.model))


class RegistryGroup(ModelViewSetGroup):
    menu_label = _("Registry")
    menu_icon = "folder-open-inverse"
    menu_order = 150
    items = (*LISTS, *CATALOGUE)


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


@hooks.register("construct_homepage_panels")
def what_waits(request: Any, panels: list[Any]) -> None:
    """An editor of the registry has no pages to be shown first; what waits in the registry is."""
    if request.user.has_perm("registry.view_ruling"):
        panels.insert(0, RegistryHome())
