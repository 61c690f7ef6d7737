"""The three questions, what regulators write, and the filters."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region
from regulation.parties.widgets import DayInput
from regulation.registry.forms import Facet
from regulation.registry.models import Approval, Provision, Service
from regulation.registry.queries import GENERAL_RULES

from .models import Kind, Outcome, Report
from .queries import in_state, overdue, subjects
from .states import ANSWERED, FILED, REVIEW, REVIEWED, TAKEN, WITHDRAWN

EVERY = "every"  # the queue shows what waits unless another state, or every one, is asked for
EARLIEST = dt.date(2010, 1, 1)
ROWS = {"rows": "4"}


def subject_of(value: str) -> Approval | Entity | None:
    """The approval or department behind "a:<ref>" or "d:<key>"; None for anything else."""
    sort, _colon, key = str(value or "").partition(":")
    if "\0" in key or len(key) > 90:
        return None
    if sort == "a":
        return Approval.objects.select_related("department", "region").filter(ref=key).first()
    if sort == "d" and key.isascii() and key.isdigit() and len(key) < 18:
        return Entity.objects.departments().select_related("region").filter(pk=int(key)).first()
    return None


class WhereForm(forms.Form):
    """Question 1: which approval or department, on what day. A name that fits several is asked again."""

    q = forms.CharField(
        label=_("For which approval, or by which department, were you asked?"),
        max_length=100,
        required=False,
        help_text=_("Name, pinyin, initials or code of the approval, or the name of the department"),
    )
    subject = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    asked_on = forms.DateField(label=_("On what day were you asked?"), widget=DayInput())
    region = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    service = forms.CharField(required=False, max_length=90, widget=forms.HiddenInput)
    paper = forms.CharField(required=False, max_length=4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: list[tuple[str, Any]] = []
        self.chosen = subject_of(self["subject"].value())
        self.fields["q"].required = self.chosen is None
        self.fields["q"].error_messages["required"] = _("Name the approval or the department.")

    def clean_asked_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["asked_on"]
        if not EARLIEST <= day <= timezone.localdate():
            raise forms.ValidationError(_("The day lies between 2010-01-01 and today."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.chosen is None:
            approvals, departments = subjects(said.get("q") or "")
            self.found = [(f"a:{a.ref}", a) for a in approvals] + [(f"d:{d.pk}", d) for d in departments]
            if said.get("q"):
                self.add_error("q", self._ask_again())
        return said

    def _ask_again(self) -> Any:
        if self.found:
            return _("Choose below which one it is.")
        return _("No approval and no department on record has this name. Try a part of it.")


class WhatForm(forms.Form):
    """Question 2: what was asked."""

    kind = forms.ChoiceField(
        label=_("What were you asked for?"),
        choices=[
            (Kind.SERVICE, _("To buy an intermediary's service, or hand in its result")),
            (Kind.DESIGNATED, _("To use a firm that the department named or forced on me")),
            (Kind.PAPER, _("For a paper that the department or another office holds itself")),
        ],
        widget=forms.RadioSelect,
    )
    service = forms.ModelChoiceField(
        label=_("Service on record"),
        queryset=Service.objects.exclude(category=GENERAL_RULES),
        to_field_name="code",
        required=False,
        empty_label=_("none of these, or not a service"),
    )
    words = forms.CharField(
        label=_("Or in your own words"),
        max_length=300,
        required=False,
        help_text=_("Not public. Needed where the service is not on record, and for papers."),
    )
    firm = forms.CharField(
        label=_("The firm that was named"),
        max_length=200,
        required=False,
        help_text=_("Not public, and not passed to the department."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == Kind.PAPER:
            said["service"] = None
            if not said.get("words"):
                self.add_error("words", _("Say which paper it was."))
        elif "service" not in self.errors and not said.get("service") and not said.get("words"):
            self.add_error("service", _("Choose the service, or say in your own words what it was."))
        return said


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """None, one or several files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class AccountForm(forms.Form):
    """Question 3: how it went, with evidence; how to be reached, if wished."""

    account = forms.CharField(
        label=_("What happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "8"}),
        help_text=_("Who said what, where and how. Only you and the regulators read this."),
    )
    files = FilesField(  # type: ignore[assignment]
        label=_("Evidence"),
        required=False,
        help_text=_("Up to five files of 10 MB: PDF, JPEG, PNG or DOCX."),
        widget=ManyFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.docx"}),
    )
    contact = forms.CharField(
        label=_("How a regulator can reach you"),
        max_length=200,
        required=False,
        help_text=_(
            "A telephone number or an address; a mail address gets a note when you are answered."
            " You may leave it empty and stay unnamed."
        ),
    )
    assisted = forms.BooleanField(label=_("I enter this for a person at a counter"), required=False)
    website = forms.CharField(label=_("Leave this field empty"), required=False, max_length=200)

    def __init__(self, *args: Any, may_assist: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_assist:
            del self.fields["assisted"]
        self.fields["website"].widget.attrs |= {"autocomplete": "off", "tabindex": "-1"}

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty: it only tells people from programs."))
        return ""


class FollowForm(forms.Form):
    """The number and the code that open a report's status."""

    ref = forms.CharField(label=_("Number of the report"), max_length=14)
    code = forms.CharField(label=_("Follow-up code"), max_length=30)

    def clean_ref(self) -> str:
        return str(self.cleaned_data["ref"]).strip().upper()

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class TextForm(forms.Form):
    """Something to put on record."""

    text = forms.CharField(label=_("Text"), max_length=4000, widget=forms.Textarea(attrs=ROWS))

    def __init__(self, *args: Any, label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label or self.fields["text"].label


class ReviewForm(forms.Form):
    """Why the reporter asks for a review."""

    text = forms.CharField(
        label=_("What the answer overlooked"), max_length=4000, widget=forms.Textarea(attrs=ROWS)
    )


class AnswerForm(forms.Form):
    """A regulator's answer."""

    outcome = forms.ChoiceField(label=_("Answer"), choices=Outcome.choices, widget=forms.RadioSelect)
    provision = forms.ModelChoiceField(
        label=_("Article of law"),
        queryset=Provision.objects.select_related("instrument").order_by("instrument__title", "ref"),
        to_field_name="ref",
        required=False,
        help_text=_("Needed where the report is upheld."),
    )
    reasons = forms.CharField(
        label=_("Reasons, for the reporter"), max_length=4000, widget=forms.Textarea(attrs=ROWS)
    )
    public_reasons = forms.CharField(
        label=_("Reasons, for the public record"),
        max_length=4000,
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("Without anything that tells who reported, and without the firm's name."),
    )


STATES = [
    (FILED, _("waits to be taken up")),
    (TAKEN, _("in hand")),
    (REVIEW, _("under review")),
    (ANSWERED, _("answered")),
    (REVIEWED, _("reviewed")),
    (WITHDRAWN, _("withdrawn")),
    (EVERY, _("every state")),
]


class MonthFilter(django_filters.DateFilter):
    """The first day of a month. Months, since a figure of one day could tell who came on that day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"input_formats": ["%Y-%m"], "help_text": _("A month, as 2026-11")}
        widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})
        super().__init__(*args, field_name="filed_at", widget=widget, **kwargs)


class _Reports(django_filters.FilterSet):
    region = Facet(label=_("Region"), queryset=Region.objects.all(), to_field_name="code")
    department = Facet(label=_("Department"), queryset=Entity.objects.all())
    service = Facet(label=_("Service"), queryset=Service.objects.all(), to_field_name="code")
    kind = django_filters.ChoiceFilter(label=_("What was demanded"), choices=Kind.choices)
    since = MonthFilter(label=_("Filed from the month"), lookup_expr="date__gte")
    until = MonthFilter(label=_("Filed before the month"), lookup_expr="date__lt")


class PublicFilter(_Reports):
    """What a reader narrows the answered reports by."""

    approval = django_filters.ModelChoiceFilter(
        queryset=Approval.objects.all(), to_field_name="ref", widget=forms.HiddenInput, label=_("Approval")
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Answer"), choices=Outcome.choices, field_name="answer__outcome"
    )

    class Meta:
        model = Report
        fields = ()


class StatisticsFilter(_Reports):
    """What a reader narrows the figures by."""

    class Meta:
        model = Report
        fields = ()


class QueueFilter(_Reports):
    """What a regulator narrows the queue by."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    late = django_filters.BooleanFilter(label=_("Only overdue"), method="by_late", widget=forms.CheckboxInput)
    q = django_filters.CharFilter(
        label=_("Number"), field_name="ref", lookup_expr="istartswith", max_length=14
    )

    class Meta:
        model = Report
        fields = ()

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset if value == EVERY else in_state(queryset, value)

    def by_late(self, queryset: Any, name: str, value: bool) -> Any:
        return overdue(queryset, today=timezone.localdate()) if value else queryset
