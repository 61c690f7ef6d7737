"""What the pages of the record are narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from tools.verify_receipt import MOST

from .models import Alarm, Entry, Erasure, Ground, Outcome, Outstanding
from .queries import owed_effects
from .stories import told_kinds

MOST_ENTRIES = 2**63 - 1


class DeadLetterFilter(django_filters.FilterSet):
    """Dead letters by effect, and by the kind of entry that owes it."""

    effect = django_filters.ChoiceFilter(label=_("What was to follow"), choices=lambda: _choices("effect"))
    kind = django_filters.ChoiceFilter(
        field_name="entry__kind", label=_("Kind of entry"), choices=lambda: _choices("kind")
    )

    class Meta:
        model = Outstanding
        fields = ["effect"]


def _choices(name: str) -> list[tuple[Any, Any]]:
    return [(value, value) for value in sorted({getattr(pair, name) for pair in owed_effects()})]


class AlarmFilter(django_filters.FilterSet):
    """Alarms by whether somebody has explained them."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("Not explained")), ("explained", _("Explained"))],
        method="in_state",
    )

    class Meta:
        model = Alarm
        fields: list[str] = []

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(explained_at__isnull=value == "open")


class ExplainForm(forms.Form):
    """Why an alarm came about, in writing."""

    reason = forms.CharField(
        label=_("The reason"),
        help_text=_("What was found, who looked into it, and what was done. It is kept for good."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReceiptForm(forms.Form):
    """A receipt as a file or as text; the file goes before the text."""

    file = forms.FileField(label=_("The receipt's file"), required=False, max_length=200)
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        max_length=MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where there is nothing, too much, or no text."""
        said = super().clean() or {}
        file = said.get("file")
        if file is None:
            self._text = said.get("text", "").replace("\r\n", "\n")
        elif file.size > MOST:
            raise forms.ValidationError(_("A receipt is a small file; this one is too large."))
        else:
            try:
                self._text = file.read().decode()
            except UnicodeDecodeError as bad:
                raise forms.ValidationError(_("The file is not text, so it is not a receipt.")) from bad
        if not self._text.strip() and not self.errors:
            raise forms.ValidationError(_("Choose the file of a receipt, or paste its text."))
        return said

    def receipt(self) -> str:
        """The receipt's text, as bytes have it: a pasted one ends with a line break even if that got lost."""
        file = self.cleaned_data.get("file")
        return self._text if file or self._text.endswith("\n") else f"{self._text}\n"


class ErasureFilter(django_filters.FilterSet):
    """Erasures by how they were decided, and by the number of their entry."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", Outcome.OPEN.label), *((o.value, o.label) for o in Outcome if o.value)],
        method="in_state",
    )
    entry = django_filters.NumberFilter(label=_("Number of the entry"), min_value=1, max_value=MOST_ENTRIES)

    class Meta:
        model = Erasure
        fields: list[str] = []

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(outcome="" if value == "open" else value)


class EntryFilter(django_filters.FilterSet):
    """Entries by number, by what they are about, by kind and by who made them."""

    entry = django_filters.NumberFilter(
        label=_("Number of the entry"), field_name="pk", min_value=1, max_value=MOST_ENTRIES
    )
    subject = django_filters.CharFilter(
        label=_("What it is about"),
        help_text=_("As the record names it, such as oversight.report/R-2026-0001."),
        max_length=120,
    )
    kind = django_filters.ChoiceFilter(label=_("Kind of entry"), choices=lambda: _kinds())
    actor = django_filters.CharFilter(
        label=_("Who made it"),
        help_text=_("The account's e-mail address."),
        method="by_email",
        max_length=254,
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def by_email(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(actor__email__iexact=value.strip())


def _kinds() -> list[tuple[str, str]]:
    return [(kind, kind) for kind in sorted(told_kinds()) if not kind.startswith("ledger.")]


class ErasureForm(forms.Form):
    """Why the content of an entry has to go."""

    ground = forms.ChoiceField(
        label=_("Ground (Personal Information Protection Law, art. 47)"),
        choices=Ground.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What happened"),
        help_text=_("Who asked, when, and what the content says of them, without naming anybody: it stays."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    retention = forms.CharField(
        label=_("Period of retention"),
        help_text=_(
            "Which period a law sets for keeping it, and why that does not stand in the way. While one runs, "
            "the content may only be stored and protected (art. 47, par. 2), not erased."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmErasureForm(forms.Form):
    """That whoever erases knows that it cannot be undone."""

    understood = forms.BooleanField(
        label=_("I have read the request. The content is destroyed for good, and nobody can bring it back.")
    )


class DeclineErasureForm(forms.Form):
    """Why the content stays."""

    note = forms.CharField(
        label=_("Why the content stays"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
