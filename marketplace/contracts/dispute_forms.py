"""Forms of disputes, mediators and early ends."""

from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.payments.books import to_fen, to_yuan
from regulation.parties.models import Membership

from .dispute_queries import to_list
from .forms import FilesForm, HeldForm, ManyFiles
from .models import Dispute, Milestone, Outcome

LONG = forms.Textarea(attrs={"rows": 6})
SHORT = forms.Textarea(attrs={"rows": 3})


class SplitForm(forms.Form):
    """How much of a milestone's amount goes to the intermediary; the rest goes back."""

    released = forms.DecimalField(
        label=_("To the intermediary, in yuan"),
        help_text=_("The rest of the amount goes back to whoever pays."),
        min_value=Decimal("0"),
        max_digits=12,
        decimal_places=2,
    )
    note = forms.CharField(label=_("Why so"), required=False, max_length=600, widget=SHORT)

    def __init__(self, *args: Any, milestone: Milestone, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["released"]
        field.validators.append(_at_most(to_yuan(milestone.fen)))
        field.widget.attrs["max"] = str(to_yuan(milestone.fen))

    @property
    def released_fen(self) -> int:
        return to_fen(self.cleaned_data["released"])


def _at_most(whole: Decimal) -> Any:
    def check(value: Decimal) -> None:
        if value > whole:
            said = _("At most the amount of the milestone, %(whole)s yuan.") % {"whole": whole}
            raise forms.ValidationError(said)

    return check


class DisputeForm(HeldForm):
    """What is claimed, with what shows it."""

    claim = forms.CharField(label=_("What you dispute, and what you ask for"), max_length=4000, widget=LONG)
    uploads = ManyFiles(
        label=_("Evidence"),
        required=False,
        help_text=_("At most 10 PDF, DOCX, XLSX, PNG or JPEG of 500 MB each; without JavaScript of 50 MB."),
    )

    @property
    def evidence(self) -> list[Any]:
        return [file for file in self.cleaned_data["uploads"] if file]


class EvidenceForm(FilesForm):
    uploads = ManyFiles(
        label=_("Files"),
        help_text=_("At most 10 PDF, DOCX, XLSX, PNG or JPEG of 500 MB each; without JavaScript of 50 MB."),
    )
    note = forms.CharField(label=_("What they show"), required=False, max_length=600, widget=SHORT)


class DecisionForm(SplitForm):
    """The mediator's decision: a split with reasons, or none and the milestone goes on."""

    dismissed = forms.BooleanField(
        label=_("The dispute is dismissed: the milestone goes on where it stood"), required=False
    )
    reasons = forms.CharField(label=_("Reasons, which the sides read"), max_length=4000, widget=LONG)
    field_order = ["released", "dismissed", "reasons"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["note"]
        self.fields["released"].required = False

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        split = told.get("released") is not None
        if "released" not in self.errors and split == bool(told.get("dismissed")):
            self.add_error("released", _("Give an amount, or dismiss the dispute: one of the two."))
        return told

    @property
    def decided_fen(self) -> int | None:
        return None if self.cleaned_data["dismissed"] else self.released_fen


class MediatorForm(forms.Form):
    """Who is put on the list, and why."""

    membership = forms.ModelChoiceField(
        label=_("Person and body"), queryset=Membership.objects.none(), empty_label=None
    )
    reason = forms.CharField(label=_("Why this person is fit, shown to the public"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: QuerySet[Membership] = to_list()
        field: Any = self.fields["membership"]
        field.queryset = found
        field.label_from_instance = lambda held: f"{held.user} · {held.entity}"


class EndForm(forms.Form):
    """What each open milestone still pays when the contract ends early, and why it ends."""

    reason = forms.CharField(label=_("Reason, shown to the public"), max_length=600, widget=SHORT)

    def __init__(self, *args: Any, milestones: list[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = [one.position for one in milestones]
        for one in milestones:
            name = one.name_en if get_language() == "en" and one.name_en else one.name
            told = {"name": name, "whole": f"{to_yuan(one.fen):,.2f}"}
            self.fields[f"released_{one.position}"] = forms.DecimalField(
                label=_("%(name)s: still paid to the intermediary, of %(whole)s yuan") % told,
                min_value=Decimal("0"),
                max_digits=12,
                decimal_places=2,
                initial=Decimal("0.00"),
                validators=[_at_most(to_yuan(one.fen))],
            )
        self.order_fields([name for name in self.fields if name != "reason"])

    @property
    def released(self) -> dict[int, int]:
        return {n: to_fen(self.cleaned_data[f"released_{n}"]) for n in self.positions}


class DaysForm(forms.Form):
    """More time for one milestone and those after it."""

    days = forms.IntegerField(label=_("How many working days more"), min_value=1, max_value=3650)
    later = forms.BooleanField(
        label=_("Move the later milestones by as many days"), required=False, initial=True
    )
    reason = forms.CharField(label=_("Reason, shown to the public"), max_length=600, widget=SHORT)


class DisputeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        field_name="milestone__contract__award__tender__title", lookup_expr="icontains", label=_("Title")
    )
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label=_("Outcome"))

    class Meta:
        model = Dispute
        fields = ["q", "outcome"]
