"""What lists of this room are filtered by."""

from functools import reduce
from operator import or_

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Notice

ROOMS = [
    ("tenders", _("Tenders")),
    ("contracts", _("Contracts")),
    ("gate", _("Independence and findings")),
    ("parties", _("Your account")),
]
OF_THE_GATE = ("parties.contest", "parties.declaration", "decoupling.", "oversight.", "directory.")


class NoticeFilter(django_filters.FilterSet):
    """Notices that are unread or read, by what they are about and by a word of it."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("unread", _("unread")), ("read", _("read"))],
        empty_label=_("all"),
        method="in_state",
    )
    room = django_filters.ChoiceFilter(
        label=_("About"), choices=ROOMS, empty_label=_("all"), method="of_room"
    )
    q = django_filters.CharFilter(label=_("Word in its title"), field_name="about", lookup_expr="icontains")

    class Meta:
        model = Notice
        fields: list[str] = []

    def in_state(self, found: QuerySet[Notice], _name: str, value: str) -> QuerySet[Notice]:
        return found.filter(read_at__isnull=value == "unread")

    def of_room(self, found: QuerySet[Notice], _name: str, value: str) -> QuerySet[Notice]:
        gate = reduce(or_, (Q(kind__startswith=start) for start in OF_THE_GATE))
        if value == "gate":
            return found.filter(gate)
        if value == "parties":
            return found.filter(kind__startswith="parties.").exclude(gate)
        return found.filter(kind__startswith=f"{value}.")
