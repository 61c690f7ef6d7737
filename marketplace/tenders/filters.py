"""What the tender list is narrowed and sorted by, with counts beside each choice."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region

from .announced import regions_announced
from .life import PUBLIC, State
from .life_texts import STATE_WORDS
from .models import NoticeKind, PublicNotice, Tender
from .queries import Cell, in_state
from .tiles import within

STATES = [(str(state), STATE_WORDS[state]) for state in PUBLIC]
MOST_OPTIONS = 20
SORTS = {
    "closes": ("closes_at", "pk"),
    "-closes": ("-closes_at", "-pk"),
    "published": ("published_at", "pk"),
    "-published": ("-published_at", "-pk"),
}


def _is(cell: Cell, name: str, value: str) -> bool:
    """Whether the tenders of a cell are of this state, lie in this region, or buy this service."""
    if name == "service":
        return any(code == value for code, _name in cell.services)
    if name == "region":
        return cell.region.startswith(within(value))
    return bool(getattr(cell, name) == value)


class TenderFilter(django_filters.FilterSet):
    """What a reader narrows the tenders by. `cells` are the counts that its facets show."""

    q = django_filters.CharFilter(label=_("Title, approval or owner"), method="by_text", max_length=60)
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    service = django_filters.CharFilter(label=_("Service"), method="by_service", max_length=80)
    region = django_filters.CharFilter(label=_("Region"), method="by_region", max_length=6)

    class Meta:
        model = Tender
        fields = ("region",)

    def __init__(self, *args: Any, cells: Sequence[Cell] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = cells
        offered = {"service": {one for c in cells for one in c.services}}
        offered["region"] = {(c.region, c.region_name) for c in cells} | self._asked_region(cells)
        for name, found in offered.items():
            choices = sorted(found)
            field = self.form.fields[name]
            field.widget = forms.Select(choices=[("", _("All")), *choices])
            field.choices = choices

    def _asked_region(self, cells: Sequence[Cell]) -> set[tuple[str, str]]:
        """A region that is asked for and has no tender of its own, a province say."""
        code = (self.data or {}).get("region", "")
        if not code or any(c.region == code for c in cells):
            return set()
        return {(r.code, r.name) for r in Region.objects.filter(code=code.replace("\0", ""))}

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

    def by_region(self, queryset: Any, name: str, value: str) -> Any:
        """Also what lies in it; the nation's is everything."""
        return queryset.filter(region__code__startswith=within(value.replace("\0", "")))

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


class MapForm(forms.Form):
    """What the map of tenders is narrowed by."""

    service = forms.ChoiceField(label=_("Service"), required=False)
    province = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cells: Sequence[Cell] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = sorted({one for c in cells for one in c.services})
        self.fields["service"] = forms.ChoiceField(
            label=_("Service"), required=False, choices=[("", _("All")), *services]
        )

    def clean_province(self) -> str:
        code: str = self.cleaned_data["province"]
        if code and (within(code) == code or not code.isdecimal() or len(code) != 6):
            raise forms.ValidationError(_("There is no such province."))
        return code

    def chosen(self) -> tuple[str, str]:
        """Codes of the service and of the province, each "" where none is chosen."""
        if not self.is_bound or not self.is_valid():
            return "", ""
        return self.cleaned_data["service"], self.cleaned_data["province"]


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
