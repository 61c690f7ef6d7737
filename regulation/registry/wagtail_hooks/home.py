"""What the first page of the CMS shows those who keep the registry."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from ..queries import drafts, lapsed_rulings, to_answer


class RegistryHome(Component):
    """How much waits, and the ways to the desk and to the lists that are written most."""

    name = "registry"
    template_name = "registry/staff/home.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Each line: what it is called, its address, and how many wait where something can."""
        lapsed = lapsed_rulings(on=timezone.localdate()).count()
        return {
            "links": [
                (_("My desk"), reverse("desk"), None),
                (_("Draft rulings"), reverse("registry:draft_list"), drafts().count()),
                (
                    _("Consultations with comments to answer"),
                    reverse("registry:consultation_list"),
                    to_answer().count(),
                ),
                (_("Demands whose legal basis has ended"), reverse("registry:lapsed_list"), lapsed),
                (_("Import a table"), reverse("registry:import_list"), None),
                (_("Approvals"), reverse("registry_approvals:index"), None),
                (_("Laws and documents"), reverse("registry_instruments:index"), None),
            ]
        }
