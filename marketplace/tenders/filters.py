"""What the tender list is narrowed and sorted by, with counts beside each choice."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .announced import regions_announced
from .life import PUBLIC, State
from .life_texts import STATE_WORDS
from .models import NoticeKind, PublicNotice, Tender
from .queries import Cell, in_state

STATES = [(str(state), STATE_WORDS[state]) for state in PUBLIC]
MOST_OPTIONS = 20
SORTS = {
    "closes": ("closes_at", "pk"),
    "-closes": ("-closes_at", "-pk"),
    "published": ("published_at", "pk"),
    "-published": ("-published_at", "-pk"),
}


def _is(cell: Cell, name: str, value: str) -> bool:
    """Whether the tenders of a cell are of this state or region, or buy this service."""
    if name == "service":
        return any(code == value for code, _name in cell.services)
    return bool(getattr(cell, name) == value)


class TenderFilter(django_filters.FilterSet):
    """What a reader narrows the tenders by. `cells` are the counts that its facets show."""

    q = django_filters.CharFilter(label=_("Title, approval or owner"), method="by_text", max_length=60)
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    service = django_filters.CharFilter(label=_("Service"), method="by_service", max_length=80)
    region = django_filters.CharFilter(label=_("Region"), field_name="region__code", max_length=6)

    class Meta:
        model = Tender
        fields = ("region",)

    def __init__(self, *args: Any, cells: Sequence[Cell] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = cells
        offered = {"service": {one for c in cells for one in c.services}}
        offered["region"] = {(c.region, c.region_name) for c in cells}
        for name, found in offered.items():
            choices = sorted(found)
            field = self.form.fields[name]
            field.widget = forms.Select(choices=[("", _("All")), *choices])
            field.choices = choices

    def facets(self) -> list[dict[str, Any]]:
        """By state, service and region: how many there are with the other two as they are chosen."""
        chosen = {name: self.form.data.get(name, "") for name in ("state", "service", "region")}
        labels = {
            "state": dict(STATES),
            "service": {code: name for c in self.cells for code, name in c.services},
            "region": {c.region: c.region_name for c in self.cells},
        }
        return [
            {
                "name": name,
                "label": self.form.fields[name].label,
                "options": [
                    {"value": value, "label": label, "count": n, "selected": value == chosen[name]}
                    for value, label in labels[name].items()
                    if (n := self._count(name, value, chosen))
                ][:MOST_OPTIONS],
            }
            for name in chosen
        ]

    def _count(self, name: str, value: str, chosen: dict[str, str]) -> int:
        wanted = {other: one for other, one in chosen.items() if other != name and one} | {name: value}
        return sum(c.count for c in self.cells if all(_is(c, n, v) for n, v in wanted.items()))

    def by_service(self, queryset: Any, name: str, value: str) -> Any:
        """Also where it is bought together with others."""
        return queryset.buying(value.replace("\0", ""))

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        for word in value.replace("\0", "").split():
            queryset = (
                queryset.filter(title__icontains=word)
                | queryset.filter(approval__name__icontains=word)
                | queryset.filter(owner__name__icontains=word)
            )
        return queryset

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return in_state(queryset, State(value), now=timezone.now())


class NoticeFilter(django_filters.FilterSet):
    """What a reader narrows public notices by."""

    q = django_filters.CharFilter(label=_("Title or owner"), method="by_text", max_length=60)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=NoticeKind.choices)
    region = django_filters.CharFilter(label=_("Region"), field_name="tender__region__code", max_length=6)

    class Meta:
        model = PublicNotice
        fields = ("kind",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.form.fields["region"]
        field.widget = forms.Select(choices=[("", _("All")), *regions_announced()])

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        for word in value.replace("\0", "").split():
            queryset = queryset.filter(
                Q(tender__title__icontains=word) | Q(tender__owner__name__icontains=word)
            )
        return queryset
