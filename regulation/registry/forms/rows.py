"""Rows that belong to an item of the catalogue, on its staff screen: entered and replaced as a whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import StageKind
from .finding import FindInput, FoundField
from .screens import approval_field, provision_field, service_field

LONG = 400  # characters


def _position() -> forms.IntegerField:
    return forms.IntegerField(label=_("position"), min_value=1, max_value=9999)


def _text(label: Any, length: int, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """What may run over more than a line is written in a field of several."""
    widget = forms.Textarea(attrs={"rows": "2"}) if length >= LONG else forms.TextInput()
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=help_text, widget=widget
    )


class StepRow(forms.Form):
    """An approval of an activity."""

    once = ("position", "approval")

    position = _position()
    stage = _text(_("stage"), 60, required=True)
    stage_en = _text(_("stage, in English"), 80)
    approval = approval_field(_("Approval"))

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
    service = service_field(_("Service"), required=False)
    prepared_by = _text(_("prepared by"), 1000)
    prepared_by_en = _text(_("prepared by, in English"), 1000)
    reviewed_by = _text(_("reviewed by"), 1000)
    reviewed_by_en = _text(_("reviewed by, in English"), 1000)

    @staticmethod
    def of(item: Any) -> dict[str, Any]:
        same = {name: getattr(item, name) for name in ItemRow.base_fields if name != "service"}
        return {**same, "service": item.service.code if item.service else ""}


class PaperRow(forms.Form):
    """A paper an approval asks for; held by an office where that office issued it itself."""

    once = ("position",)

    position = _position()
    name = _text(_("name of the paper"), 400, required=True)
    service = service_field(_("output of the service"), required=False)
    held_by = _text(
        _("issued by the office"),
        200,
        help_text=_("Only where the paper is an office's own result: then the applicant need not bring it."),
    )
    held_by_en = _text(_("issued by the office, in English"), 200)
    held_ground = _text(_("why it is that office's own"), 400)
    held_ground_en = _text(_("why it is that office's own, in English"), 400)
    held_provision = provision_field(_("provision by which it may not be asked for"), required=False)
    source = _text(_("source"), 400, help_text=_("Empty: the source of the approval."))

    @staticmethod
    def of(paper: Any) -> dict[str, Any]:
        same = {name: getattr(paper, name) for name in PaperRow.base_fields}
        service, provision = paper.service, paper.held_provision
        return {
            **same,
            "service": service.code if service else "",
            "held_provision": provision.ref if provision else "",
        }

    def clean(self) -> dict[str, Any]:
        """Held by an office, on a ground and a provision; or none of the three."""
        said = self.cleaned_data
        needed = ("held_by", "held_ground", "held_provision")
        if any(said.get(name) for name in needed):
            for name in needed:
                if name not in self.errors and not said.get(name):
                    self.add_error(name, _("The office, the reason and the provision go together."))
        return said


class RowSet(forms.BaseFormSet):
    """Rows of which none repeats what may stand once (`once` of the row's form)."""

    def tell_found(self) -> None:
        """Say what each key stands for: one query a field, however many rows."""
        for name, field in self.form.base_fields.items():
            if isinstance(field, FoundField):
                keys = [row[name].value() or "" for row in self.forms]
                names = field.named(keys)
                for row in (*self.forms, self.empty_form):
                    widget = row.fields[name].widget
                    if isinstance(widget, FindInput):
                        widget.names = names

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
