"""What lists of this room are filtered by."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Notice

ROOMS = [
    ("tenders", _("Tenders")),
    ("contracts", _("Contracts")),
    ("parties", _("Your account")),
]


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
        return found.filter(kind__startswith=f"{value}.")
