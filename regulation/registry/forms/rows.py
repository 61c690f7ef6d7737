"""Rows that belong to an item of the catalogue, on its staff screen: entered and replaced as a whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Approval, Service, StageKind


def _position() -> forms.IntegerField:
    return forms.IntegerField(label=_("position"), min_value=1, max_value=9999)


def _text(label: Any, length: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required)


class StepRow(forms.Form):
    """An approval of an activity."""

    once = ("position", "approval")

    position = _position()
    stage = _text(_("stage"), 60, required=True)
    stage_en = _text(_("stage, in English"), 80)
    approval = forms.ModelChoiceField(
        label=_("Approval (its address part)"),
        queryset=Approval.objects.all(),
        to_field_name="ref",
        widget=forms.TextInput,
    )

    @staticmethod
    def of(step: Any) -> dict[str, Any]:
        same = {name: getattr(step, name) for name in ("position", "stage", "stage_en")}
        return {**same, "approval": step.approval.ref}


class StageRow(forms.Form):
    """A stage of a joint review scheme."""

    once = ("position",)

    position = _position()
    kind = forms.ChoiceField(label=_("what is done"), choices=[("", "—"), *StageKind.choices], required=False)
    name = _text(_("name"), 120, required=True)
    name_en = _text(_("name, in English"), 200)
    working_days = forms.IntegerField(label=_("working days"), min_value=0, max_value=3650, required=False)
    note = _text(_("note"), 1000)
    note_en = _text(_("note, in English"), 1000)

    @staticmethod
    def of(stage: Any) -> dict[str, Any]:
        return {name: getattr(stage, name) for name in StageRow.base_fields}


class ItemRow(forms.Form):
    """An assessment of a joint review scheme."""

    once = ("position",)

    position = _position()
    name = _text(_("name"), 120, required=True)
    name_en = _text(_("name, in English"), 200)
    service = forms.ModelChoiceField(
        label=_("Service (its address part)"),
        queryset=Service.objects.all(),
        to_field_name="code",
        widget=forms.TextInput,
        required=False,
    )
    prepared_by = _text(_("prepared by"), 1000)
    prepared_by_en = _text(_("prepared by, in English"), 1000)
    reviewed_by = _text(_("reviewed by"), 1000)
    reviewed_by_en = _text(_("reviewed by, in English"), 1000)

    @staticmethod
    def of(item: Any) -> dict[str, Any]:
        same = {name: getattr(item, name) for name in ItemRow.base_fields if name != "service"}
        return {**same, "service": item.service.code if item.service else ""}


class RowSet(forms.BaseFormSet):
    """Rows of which none repeats what may stand once (`once` of the row's form)."""

    def _filled(self) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in row.cleaned_data.items() if name != "DELETE"}
            for row in self.forms
            if row.cleaned_data.get("position") and not row.cleaned_data.get("DELETE")
        ]

    def clean(self) -> None:
        if any(self.errors):
            return
        rows: Any = self._filled()
        for name in self.form.once:
            seen = [row[name] for row in rows]
            if len(seen) != len(set(seen)):
                label = self.form.base_fields[name].label
                raise forms.ValidationError(gettext("Two rows have the same: %(field)s.") % {"field": label})

    def said(self) -> list[dict[str, Any]]:
        """The rows that stay, in order."""
        return sorted(self._filled(), key=lambda row: row["position"])
