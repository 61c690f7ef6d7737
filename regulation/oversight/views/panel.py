"""What the lists of this room share: the counted facets beside their filters."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.registry.forms import all_but

from .. import queries

LABELS = {"department": _("Department"), "region": _("Region"), "service": _("Service")}


def facets_of(found: Any) -> list[dict[str, Any]]:
    """Counted links by department, region and service, for a filter panel, in one query."""
    english = get_language() == "en"
    panel: dict[str, Any] = {
        name: {"name": name, "label": label, "options": []} for name, label in LABELS.items()
    }
    for row in queries.facets({name: all_but(found, name) for name in LABELS}):
        panel[row["facet"]]["options"].append(
            {
                "value": row["value"],
                "label": row["name_en"] if english and row["name_en"] else row["name"],
                "count": row["n"],
                "selected": found.data.get(row["facet"]) == row["value"],
            }
        )
    return list(panel.values())
