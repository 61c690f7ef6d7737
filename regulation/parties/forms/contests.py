"""What is wrong, and what a regulator makes of it."""

from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Contest, Discrepancy, DiscrepancyKind, Interest, InterestKind, Rank, Remedy
from ..widgets import DayInput
from .rows import EXACT, RANGE, UNSTATED

ROWS = {"rows": "4"}
KEEP = "keep"
OPEN, LATE, DONE, EVERY = "open", "late", "done", "every"


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """None, one or several files."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class ContestForm(forms.Form):
    """An entity says what is wrong with a row about it."""

    wrong = forms.CharField(label=_("What is wrong"), max_length=4000, widget=forms.Textarea(attrs=ROWS))
    right = forms.CharField(
        label=_("What is right"), max_length=4000, required=False, widget=forms.Textarea(attrs=ROWS)
    )
    document = forms.CharField(label=_("Document that shows it"), max_length=300, required=False)
    document_url = forms.URLField(label=_("Its address"), max_length=500, required=False)
    files = FilesField(  # type: ignore[assignment]
        label=_("Files"),
        required=False,
        help_text=_(
            "Up to three files of 10 MB: PDF, JPEG, PNG or DOCX. Only you and the regulators read them."
        ),
        widget=ManyFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.docx"}),
    )


class AnswerForm(forms.Form):
    """A regulator's answer, with the corrected facts where the interest is stated anew."""

    remedy = forms.ChoiceField(label=_("Answer"), choices=Remedy.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reasons, for the entity"), max_length=4000, widget=forms.Textarea(attrs=ROWS)
    )
    share_how = forms.ChoiceField(
        label=_("Corrected share"),
        choices=[
            (KEEP, _("as it is")),
            (EXACT, _("exactly")),
            (RANGE, _("from, to")),
            (UNSTATED, _("not stated")),
        ],
        initial=KEEP,
        required=False,
    )
    least = forms.DecimalField(
        label=_("Per cent, or the least"),
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        required=False,
    )
    most = forms.DecimalField(
        label=_("The most, of a range"),
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        required=False,
    )
    post = forms.CharField(label=_("Corrected post"), max_length=100, required=False)
    rank = forms.ChoiceField(
        label=_("Corrected rank"), choices=[("", _("as it is")), *Rank.choices], required=False
    )
    start = forms.DateField(label=_("Corrected first day"), widget=DayInput(), required=False)
    end = forms.DateField(
        label=_("Corrected end"),
        widget=DayInput(),
        required=False,
        help_text=_("The first day on which it no longer held"),
    )

    def __init__(self, *args: Any, interest: Interest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if interest.kind != InterestKind.OFFICIAL:
            del self.fields["rank"]
        self.interest = interest

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        how, least, most = said.get("share_how"), said.get("least"), said.get("most")
        if said.get("remedy") == Remedy.CORRECT:
            if how in (EXACT, RANGE) and least is None and "least" not in self.errors:
                self.add_error("least", _("Enter the share in per cent, or say that it is not stated."))
            if (
                how == RANGE
                and "most" not in self.errors
                and (most is None or (least is not None and most < least))
            ):
                self.add_error("most", _("The most is less than the least."))
            start = said.get("start") or self.interest.held.lower
            end = said.get("end") or self.interest.held.upper
            if start and end and end <= start:
                self.add_error("end", _("An interest cannot end before it starts."))
        return said

    def facts(self) -> dict[str, Any]:
        """The corrected facts as JSON values; only what is to change."""
        said = self.cleaned_data
        facts: dict[str, Any] = {}
        how = said.get("share_how")
        if how == UNSTATED:
            facts["share"] = None
        elif how in (EXACT, RANGE):
            facts["share"] = [str(said["least"]), str(said["most"] if how == RANGE else said["least"])]
        facts |= {name: said[name] for name in ("post", "rank") if said.get(name)}
        facts |= {name: said[name].isoformat() for name in ("start", "end") if said.get(name)}
        return facts


class NoteForm(forms.Form):
    """Why an answer goes back."""

    note = forms.CharField(
        label=_("Note to who proposed it"), max_length=500, widget=forms.Textarea(attrs=ROWS)
    )


class ContestFilter(django_filters.FilterSet):
    """What a regulator narrows the contests by."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(OPEN, _("open")), (LATE, _("overdue")), (DONE, _("answered"))],
        method="by_state",
    )
    kind = django_filters.ChoiceFilter(
        label=_("Interest"), choices=InterestKind.choices, field_name="interest__kind"
    )
    q = django_filters.CharFilter(
        label=_("Name of the entity"), field_name="entity__name", lookup_expr="icontains", max_length=100
    )

    class Meta:
        model = Contest
        fields = ()

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        if value == DONE:
            return queryset.filter(closed_at__isnull=False)
        opened = queryset.filter(closed_at__isnull=True)
        return opened.filter(due_on__lt=timezone.localdate()) if value == LATE else opened


class DiscrepancyFilter(django_filters.FilterSet):
    """What a regulator narrows the discrepancies by."""

    kind = django_filters.ChoiceFilter(label=_("What is wrong"), choices=DiscrepancyKind.choices)
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(OPEN, _("open")), (DONE, _("settled by a later declaration"))],
        method="by_state",
    )
    q = django_filters.CharFilter(
        label=_("Name of the entity"), field_name="entity__name", lookup_expr="icontains", max_length=100
    )

    class Meta:
        model = Discrepancy
        fields = ()

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(cleared_at__isnull=value == OPEN)
