import datetime as dt

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, EntityKind
from regulation.parties.widgets import DayInput, MomentInput
from regulation.registry.models import Provision

from .models import Check, Exemption, ExemptionKind, Gate, Outcome
from .queries import current_pack

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
MOST_NEAR = 5  # names offered where none is exactly what was written
KNOWN_FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class CheckFilter(django_filters.FilterSet):
    """What a regulator narrows the list of checks by."""

    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices)
    gate = django_filters.ChoiceFilter(label=_("Gate"), choices=Gate.choices)
    on = django_filters.DateFilter(label=_("Day it speaks for"), widget=DayInput())
    text = django_filters.CharFilter(label=_("Name of intermediary or department"), method="by_name")
    of = django_filters.CharFilter(label=_("Asked about"), max_length=80, widget=forms.HiddenInput)

    class Meta:
        model = Check
        fields = ("outcome", "gate", "on")

    def by_name(self, queryset, name, value):
        return queryset.filter(intermediary__name__icontains=value) | queryset.filter(
            department__name__icontains=value
        )


class OwnCheckFilter(django_filters.FilterSet):
    """What an intermediary narrows its own checks by."""

    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices)
    gate = django_filters.ChoiceFilter(label=_("Gate"), choices=Gate.choices)
    text = django_filters.CharFilter(
        label=_("Name of the department"), field_name="department__name", lookup_expr="icontains"
    )

    class Meta:
        model = Check
        fields = ("outcome", "gate")


def _like(text: str) -> Q:
    return Q(name__icontains=text) | Q(name_en__icontains=text) | Q(pinyin__icontains=text)


class PairForm(forms.Form):
    """An intermediary and a department. Entities are named by credit code or exact name."""

    intermediary = forms.CharField(
        label=_("Intermediary"), max_length=200, help_text=_("Exact name or Unified Social Credit Code")
    )
    department = forms.CharField(label=_("Department"), max_length=200, help_text=_("Exact name"))

    def _entity(self, field: str, **kind: object) -> Entity:
        text = self.cleaned_data[field].strip()
        found = Entity.objects.filter(**kind)
        named = found.filter(Q(credit_code=text.upper()) | Q(name=text) | Q(name_en__iexact=text))
        match list(named.order_by("pk")[:2]):
            case [entity]:
                return entity
            case [_one, _other]:
                raise forms.ValidationError(
                    _("Several entities have this name. Give the code of the one you mean.")
                )
        near = [str(one) for one in found.filter(_like(text)).order_by("pinyin", "pk")[:MOST_NEAR]]
        if near:
            told = _("No entity has exactly this name. On record: %(names)s.")
            raise forms.ValidationError(told, params={"names": " · ".join(near)})
        raise forms.ValidationError(_("No entity of this name or code is on record."))

    def clean_intermediary(self) -> Entity:
        return self._entity("intermediary")

    def clean_department(self) -> Entity:
        return self._entity("department", kind=EntityKind.DEPARTMENT)


class TimeForm(forms.Form):
    """Both axes of time, where they are asked for: a day, a moment of knowledge. `now` is the database's."""

    on = forms.DateField(
        label=_("As held on"), required=False, widget=DayInput(), help_text=_("Empty: today.")
    )
    known = forms.DateTimeField(
        label=_("As known at"),
        required=False,
        widget=MomentInput(),
        help_text=_("For example 2026-11-24 15:00. Empty: now."),
    )

    def __init__(self, *args: object, now: dt.datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.now = now

    def clean_on(self) -> dt.date | None:
        on: dt.date | None = self.cleaned_data["on"]
        if on is not None and not FIRST <= on <= LAST:
            raise forms.ValidationError(_("Choose a day between 1900 and 2200."))
        return on

    def clean_known(self) -> dt.datetime | None:
        known: dt.datetime | None = self.cleaned_data["known"]
        if known is not None and not KNOWN_FIRST <= known <= self.now:
            raise forms.ValidationError(_("Choose a moment from 2000 until now."))
        return known


class InquiryForm(PairForm, TimeForm):
    """A pair to be checked: now, or as it stood."""

    field_order = ("intermediary", "department", "on", "known")


class ExemptionFilter(django_filters.FilterSet):
    """What the list of exemptions is narrowed by."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ExemptionKind.choices)
    on = django_filters.DateFilter(label=_("In force on"), method="in_force", widget=DayInput())
    text = django_filters.CharFilter(label=_("Name of intermediary or department"), method="by_name")

    class Meta:
        model = Exemption
        fields = ("kind",)

    def in_force(self, queryset, name, value):
        return queryset.filter(pk__in=Exemption.objects.in_force_on(value))

    def by_name(self, queryset, name, value):
        named = Q(intermediary__name__icontains=value) | Q(department__name__icontains=value)
        return queryset.filter(named)


class ExemptionForm(PairForm):
    """What a regulator proposes: for whom, on what ground, until when."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ExemptionKind.choices, widget=forms.RadioSelect)
    provision = forms.ModelChoiceField(
        label=_("Provision that says otherwise"),
        queryset=Provision.objects.none(),
        required=False,
        help_text=_("For an exemption by statute: a law or an administrative regulation."),
    )
    plan = forms.CharField(
        label=_("Plan"),
        widget=forms.Textarea,
        required=False,
        max_length=4000,
        help_text=_("For a transition: how and by when the tie is ended. It is published."),
    )
    rules = forms.MultipleChoiceField(
        label=_("Rules it lifts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    start = forms.DateField(label=_("From"), widget=DayInput())
    end = forms.DateField(
        label=_("Until"),
        widget=DayInput(),
        required=False,
        help_text=_("The first day on which it no longer counts. A transition always has one."),
    )
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea, max_length=2000, help_text=_("It is published.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        lawful = Provision.objects.filter(level__in=("law", "administrative_regulation"))
        self.fields["provision"].queryset = lawful.select_related("instrument").order_by("ref")  # type: ignore[attr-defined]
        english = get_language() == "en"
        self.fields["rules"].choices = [  # type: ignore[attr-defined]
            (rule.code, rule.title if english else rule.title_zh)
            for rule in current_pack(at=database_now()).rules
        ]


class RevokeForm(forms.Form):
    """Why an exemption ends at once."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, max_length=2000)


class DeterminationForm(forms.Form):
    """A regulator's answer where the rules could not decide."""

    outcome = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (Outcome.CLEAR, _("Clear: no tie bars the intermediary")),
            (Outcome.CONFLICTED, _("Conflicted: it may not serve this department")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea,
        max_length=2000,
        help_text=_("What you looked at, and what follows from it. The intermediary reads this."),
    )
