import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.parties.widgets import DayInput

from ..errors import DaysWithoutKind, FollowUpMissing
from ..models import (
    Approval,
    Condition,
    DayKind,
    Level,
    Necessity,
    Payer,
    PriceRegime,
    Provision,
    Ruling,
    Service,
)
from ..operations import Wording
from ..queries import search_approvals, search_provisions, search_regions
from .days import DaysWithin
from .finding import FoundField, FoundManyField


class RulingForm(DaysWithin, forms.Form):
    """A draft ruling."""

    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.all(), to_field_name="code")
    approval = FoundField(
        label=_("Approval"),
        queryset=Approval.objects.select_related("department", "region"),
        search=search_approvals,
        to_field_name="ref",
        required=False,
        help_text=_(
            "Name, pinyin, initials or code. Empty where the law speaks of the service in every approval."
        ),
    )
    region = FoundField(
        label=_("Region"),
        queryset=Region.objects.all(),
        search=search_regions,
        to_field_name="code",
        help_text=_("Name or code; 000000 for the whole country"),
    )
    necessity = forms.ChoiceField(label=_("Verdict"), choices=Necessity.choices, widget=forms.RadioSelect)
    payer = forms.ChoiceField(
        label=_("Who pays"), choices=[("", _("the provision does not say")), *Payer.choices], required=False
    )
    start = forms.DateField(label=_("In force from"), widget=DayInput())
    end = forms.DateField(label=_("In force until (exclusive)"), required=False, widget=DayInput())
    provisions = FoundManyField(
        label=_("Provisions it rests on"),
        queryset=Provision.objects.select_related("instrument"),
        search=search_provisions,
        help_text=_(
            "The law's name or number, and the article as the law writes it. At least one; the highest in "
            "rank becomes the principal one."
        ),
    )
    reason = forms.CharField(label=_("One sentence, in Chinese"), max_length=1000, widget=forms.Textarea)
    reason_en = forms.CharField(
        label=_("One sentence, in English"), max_length=1000, widget=forms.Textarea, required=False
    )
    conditions = forms.CharField(label=_("Conditions, in Chinese"), max_length=1000, required=False)
    conditions_en = forms.CharField(label=_("Conditions, in English"), max_length=1000, required=False)
    condition = forms.ModelChoiceField(
        label=_("Holds only where the answer is yes"),
        queryset=Condition.objects.all(),
        required=False,
        help_text=_("The need check asks this question of the applicant."),
    )
    days = forms.IntegerField(
        label=_("Time limit of the service"), required=False, min_value=1, max_value=3650
    )
    day_kind = forms.ChoiceField(
        label=_("The limit counts"), choices=[("", _("no limit on record")), *DayKind.choices], required=False
    )
    counts_in_clock = forms.TypedChoiceField(
        label=_("Does it run inside the approval's own time limit?"),
        choices=[
            ("", _("the provision does not say")),
            ("yes", _("yes")),
            ("no", _("no, it is counted apart")),
        ],
        coerce=lambda value: {"yes": True, "no": False}[value],
        empty_value=None,
        required=False,
    )
    price_regime = forms.ChoiceField(
        label=_("Price"),
        choices=[("", _("the provision does not say")), *PriceRegime.choices],
        required=False,
    )
    follow_up = forms.CharField(
        label=_("Supervision from then on, in Chinese"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        required=False,
        help_text=_("Needed where a demand is abolished."),
    )
    follow_up_en = forms.CharField(
        label=_("Supervision from then on, in English"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        required=False,
    )
    risk = forms.CharField(label=_("Risk to watch, in Chinese"), max_length=1000, required=False)
    risk_en = forms.CharField(label=_("Risk to watch, in English"), max_length=1000, required=False)
    note = forms.CharField(label=_("Note, in Chinese"), max_length=1000, required=False)
    note_en = forms.CharField(label=_("Note, in English"), max_length=1000, required=False)
    source = forms.CharField(label=_("Source"), max_length=400)

    def clean_start(self) -> dt.date | None:
        return self._within("start")

    def clean_end(self) -> dt.date | None:
        return self._within("end")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("days")) != bool(said.get("day_kind")) and "days" not in self.errors:
            self.add_error("day_kind", str(DaysWithoutKind()))
        if said.get("necessity") == Necessity.ABOLISHED and not said.get("follow_up"):
            self.add_error("follow_up", str(FollowUpMissing()))
        return said

    @classmethod
    def of(cls, draft: Ruling, data: Any = None) -> "RulingForm":
        """The form to revise a draft: what it is about stays."""
        said = (name for name in Wording.__dataclass_fields__ if name not in ("start", "end"))
        initial = {name: getattr(draft, name) for name in said}
        initial["condition"] = draft.condition_id
        initial["counts_in_clock"] = {True: "yes", False: "no", None: ""}[draft.counts_in_clock]
        initial |= {"start": draft.in_force.lower, "end": draft.in_force.upper, "region": draft.region_id}
        initial |= {"service": draft.service.code, "approval": draft.approval.ref if draft.approval else ""}
        initial["provisions"] = [basis.provision_id for basis in draft.bases.all()]
        form = cls(data, initial=initial)
        for name in ("service", "approval", "region"):
            form.fields[name].disabled = True
        return form

    def cited(self) -> list[Provision]:
        """The chosen provisions, highest in rank first."""
        rank = {level: n for n, level in enumerate(Level.values)}
        return sorted(self.cleaned_data["provisions"], key=lambda p: (rank[p.level], p.ref))

    def wording(self) -> Wording:
        return Wording(**{name: self.cleaned_data[name] for name in Wording.__dataclass_fields__})


class ReturnForm(forms.Form):
    """Why a draft goes back to its author."""

    note = forms.CharField(
        label=_("What the author should change"), max_length=1000, widget=forms.Textarea(attrs={"rows": "3"})
    )
