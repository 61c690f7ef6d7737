"""Who reaches the staff screens of the registry: whoever acts for a body as its editor or reviewer today.

The right ends with the membership; nobody has to be put into a group, or taken out of one.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.utils import timezone

from regulation.ledger.queries import database_now
from regulation.parties.models import Membership, Role

SEEN = ("ruling", "consultation", "zoneassessment")
WRITTEN = (
    "activity",
    "approval",
    "areaassessmentmatter",
    "calendarday",
    "condition",
    "counterpart",
    "delegation",
    "instrument",
    "jointreviewscheme",
    "provision",
    "service",
    "zone",
)
READS = frozenset({"wagtailadmin.access_admin", *(f"registry.view_{model}" for model in (*SEEN, *WRITTEN))})
WRITES = frozenset(f"registry.{verb}_{model}" for model in WRITTEN for verb in ("add", "change"))
OF_ROLE = {Role.EDITOR.value: READS | WRITES, Role.REVIEWER.value: READS}


class RegistryStaff(BaseBackend):
    """Signs nobody in; adds the permissions of the roles a user holds today."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        held: frozenset[str] | None = user_obj.__dict__.get("_registry_staff")
        if held is None:
            today = timezone.localdate(database_now())
            roles = Membership.objects.filter(user=user_obj, role__in=OF_ROLE, valid__contains=today)
            held = frozenset().union(*(OF_ROLE[role] for role in roles.values_list("role", flat=True)))
            user_obj.__dict__["_registry_staff"] = held
        return set(held)
