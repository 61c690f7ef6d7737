import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput

from ..errors import MeasureEmpty, MeasurePeriodEmpty, PromiseBeyondLaw
from ..league import KEYS
from ..models import Approval, Measure, OnlineLevel
from ..operations import Measured
from ..operations.measures import NUMBERS
from ..queries import search_approvals
from .days import DaysWithin
from .finding import FoundField


def _number(label: Any, highest: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=highest, **more)


class MeasureForm(DaysWithin, forms.Form):
    """A draft measure of an approval. What is left empty is unknown."""

    approval = FoundField(
        label=_("Approval"),
        queryset=Approval.objects.select_related("department", "region"),
        search=search_approvals,
        to_field_name="ref",
        help_text=_("Name, pinyin, initials or code."),
    )
    start = forms.DateField(label=_("In force from"), widget=DayInput())
    end = forms.DateField(label=_("In force until (exclusive)"), required=False, widget=DayInput())
    trips = _number(
        _("Trips to the office"), 100, help_text=_("Leave empty what is not known; 0 means none.")
    )
    papers = _number(_("Papers"), 1000)
    committed_days = _number(_("Committed working days"), 3650)
    statutory_days = _number(_("Working days the law allows"), 3650)
    online_level = forms.TypedChoiceField(
        label=_("Online level"),
        choices=[("", _("not known")), *OnlineLevel.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The four levels are this site's own."),
    )
    fee = forms.DecimalField(
        label=_("Fee (yuan)"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    reform = forms.CharField(label=_("Name of the reform, in Chinese"), max_length=200, required=False)
    reform_en = forms.CharField(label=_("Name of the reform, in English"), max_length=300, required=False)
    source = forms.CharField(label=_("Source"), max_length=400)

    def clean_start(self) -> dt.date | None:
        return self._within("start")

    def clean_end(self) -> dt.date | None:
        return self._within("end")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        start, end = said.get("start"), said.get("end")
        if start and end and end <= start:
            self.add_error("end", str(MeasurePeriodEmpty()))
        committed, statutory = said.get("committed_days"), said.get("statutory_days")
        if committed is not None and statutory is not None and committed > statutory:
            self.add_error("committed_days", str(PromiseBeyondLaw()))
        if all(said.get(name) is None for name in NUMBERS) and not set(NUMBERS) & set(self.errors):
            self.add_error("trips", str(MeasureEmpty()))
        return said

    @classmethod
    def of(cls, draft: Measure, data: Any = None) -> "MeasureForm":
        """The form of a draft that is written anew; its approval stays."""
        names = [name for name in cls.base_fields if name not in ("approval", "start", "end")]
        initial = {name: getattr(draft, name) for name in names}
        form = cls(data, initial=initial | {"start": draft.in_force.lower, "end": draft.in_force.upper})
        del form.fields["approval"]
        return form

    def said(self) -> Measured:
        return Measured(**{name: self.cleaned_data[name] for name in Measured.__dataclass_fields__})


class LeagueForm(forms.Form):
    """What the league table compares: every region's approvals, or only those that two regions share."""

    region = forms.ChoiceField(label=_("Region"), required=False)
    other = forms.ChoiceField(label=_("Compared with"), required=False)

    def __init__(self, data: Any, *, regions: list[tuple[str, str]]) -> None:
        super().__init__(data)
        for name in ("region", "other"):
            self.fields[name].choices = [("", _("every region")), *regions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        one, other = said.get("region"), said.get("other")
        if not self.errors and bool(one) != bool(other):
            self.add_error("other" if one else "region", _("Choose two regions, or none."))
        if one and one == other:
            self.add_error("other", _("Choose another region: this is the same one."))
        return said

    def pair(self) -> tuple[str, str] | None:
        """The two regions, or None where every region stands in the table."""
        said = self.cleaned_data if self.is_valid() else {}
        return (said["region"], said["other"]) if said.get("region") else None


def sort_of(value: object) -> tuple[str, bool]:
    """The column a table is ordered by, and whether downwards; an unknown name gives the regions' order."""
    text = str(value or "")
    key = text.removeprefix("-")
    return (key, text.startswith("-")) if key in (*KEYS, "approvals", "region") else ("region", False)
