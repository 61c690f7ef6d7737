"""What a reader narrows a search by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region

from ..models import Kind, Level, Necessity
from ..queries import LAPSED, Choice
from .days import DayForm

KEY = 2**63 - 1  # the largest key the database can hold


class SearchForm(DayForm):
    """Words, one value of each facet, chosen by counted links, and the day rulings are judged on."""

    q = forms.Field(label=_("Words"), required=False, widget=forms.HiddenInput)
    kind = forms.Field(label=_("Kind"), required=False, widget=forms.HiddenInput)
    region = forms.RegexField(
        r"^[0-9]{6}$",
        label=_("Region"),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("A region is a code of six digits.")},
    )
    department = forms.IntegerField(
        label=_("Department"), required=False, min_value=1, max_value=KEY, widget=forms.HiddenInput
    )
    necessity = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        widget=forms.HiddenInput,
        choices=[*Necessity.choices, (LAPSED, _("legal basis ended"))],
    )
    level = forms.ChoiceField(
        label=_("Level"), required=False, widget=forms.HiddenInput, choices=Level.choices
    )

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"] or "").replace("\0", " ").strip()[:100]

    def clean_kind(self) -> str:
        """A kind of this room; another room's or an unknown one narrows nothing here."""
        kind = str(self.cleaned_data["kind"] or "")
        return kind if kind in Kind.values else ""

    def choice(self) -> Choice:
        """What was asked for, demands judged on its day; nothing that is not valid."""
        asked: dict[str, Any] = self.cleaned_data
        return Choice(
            q=asked.get("q", ""),
            kind=asked.get("kind", ""),
            region=asked.get("region", ""),
            department=str(asked.get("department") or ""),
            necessity=asked.get("necessity", ""),
            level=asked.get("level", ""),
            on=self.day(),
        )

    def named(self, facet: str, value: str) -> Any:
        """A value of a facet in the reader's language, where the counts do not name it."""
        if facet == "region":
            return Region.objects.filter(pk=value).first() or value
        if facet == "department":
            return Entity.objects.filter(pk=value).first() or value
        choices: Any = getattr(self.fields[facet], "choices", ())
        return dict(choices).get(value, value)
