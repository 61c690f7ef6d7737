"""One row of a declaration."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..errors import BadCreditCode, IdentityKeyMissing
from ..identifiers import is_credit_code, is_identity_number, normal_credit_code
from ..models import Entity, InterestKind, Rank
from ..operations import digest_of_number
from ..rows import CONTROLLER, KIN, OFFICIAL, OWNER, PEOPLES, POST, SORTS
from ..widgets import DayInput

EARLIEST = dt.date(1949, 10, 1)
EXACT, RANGE, UNSTATED = "exact", "range", "unstated"
PERSON, BODY = "person", "entity"
FIELDS = {
    OWNER: (
        "kind",
        "holder",
        "code",
        "entity_name",
        "name",
        "birth_month",
        "identity",
        "share_how",
        "least",
        "most",
    ),
    CONTROLLER: ("kind", "holder", "code", "entity_name", "name", "birth_month", "identity"),
    POST: ("kind", "name", "birth_month", "identity", "post"),
    OFFICIAL: ("who", "department", "post", "rank"),
    KIN: ("who", "name", "birth_month", "identity", "department", "post", "rank"),
}
SHARED = ("start", "end", "source", "url")


class RowForm(forms.Form):
    """One row of a declaration. An identity number becomes its HMAC here; it is never shown again."""

    kind = forms.ChoiceField(label=_("Interest"))
    who = forms.ChoiceField(label=_("Which of your people"))
    holder = forms.ChoiceField(
        label=_("Who holds it"),
        choices=[(PERSON, _("a person")), (BODY, _("a company, department or other body"))],
        widget=forms.RadioSelect,
    )
    code = forms.CharField(
        label=_("Unified Social Credit Code of the body"),
        max_length=40,
        required=False,
        help_text=_("For a body"),
    )
    entity_name = forms.CharField(
        label=_("Name of the body"),
        max_length=200,
        required=False,
        help_text=_("For a body. Without a code it has to be the full name of one that is on record here."),
    )
    name = forms.CharField(label=_("Name of the person"), max_length=100, required=False)
    birth_month = forms.CharField(
        label=_("Year and month of birth"),
        required=False,
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month"}),
        validators=[RegexValidator(r"^(19|20)\d\d-(0[1-9]|1[0-2])$", _("Write it as 1980-05."))],
        help_text=_("For a person, as 1980-05. It tells people of one name apart and is not published."),
    )
    identity = forms.CharField(
        label=_("Resident identity number"),
        required=False,
        max_length=40,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=_(
            "For a person. It is turned into a keyed code at once; the number itself is not kept, and not"
            " shown again: after an error it has to be entered again."
        ),
    )
    share_how = forms.ChoiceField(
        label=_("Share"),
        choices=[
            (EXACT, _("exactly")),
            (RANGE, _("from, to")),
            (UNSTATED, _("not stated: it stays unknown, and unknown opens no gate")),
        ],
        widget=forms.RadioSelect,
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
    department = forms.CharField(
        label=_("Department"), max_length=200, help_text=_("Full name, as it stands on record here")
    )
    post = forms.CharField(label=_("Post"), max_length=100, required=False)
    rank = forms.ChoiceField(label=_("Rank"), choices=[("", _("not stated")), *Rank.choices], required=False)
    start = forms.DateField(label=_("From"), widget=DayInput(), required=False)
    end = forms.DateField(
        label=_("Until"),
        widget=DayInput(),
        required=False,
        help_text=_("The first day on which it no longer holds. Empty: it still holds."),
    )
    source = forms.CharField(
        label=_("Document that says so"),
        max_length=300,
        help_text=_("Such as the articles of association of 2024"),
    )
    url = forms.URLField(label=_("Its address"), max_length=500, required=False)

    def __init__(
        self, *args: Any, sort: str, people: list[tuple[str, str]], had: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sort, self.had = sort, had
        wanted = (*FIELDS[sort], *SHARED)
        for name in set(self.fields) - set(wanted):
            del self.fields[name]
        self.order_fields(wanted)
        if "kind" in self.fields:
            kinds = dict(InterestKind.choices)
            self.fields["kind"].choices = [(kind, kinds[kind]) for kind in SORTS[sort]]  # type: ignore[attr-defined]
        if "who" in self.fields:
            self.fields["who"].choices = people  # type: ignore[attr-defined]
        if "holder" not in self.fields and "name" in self.fields:
            self.fields["name"].required = self.fields["birth_month"].required = True
        if sort == KIN:
            self.fields["name"].label = _("Name of the relative")
            self.fields["start"].label = _("In that post from")

    def clean_identity(self) -> str:
        number = self.cleaned_data["identity"]
        if not number:
            return self.had
        if not is_identity_number(number):
            raise forms.ValidationError(
                _("This is not a resident identity number: 18 characters, the last one fits.")
            )
        try:
            return digest_of_number(number).hex()
        except IdentityKeyMissing as missing:
            raise forms.ValidationError(str(missing)) from missing

    def clean_code(self) -> str:
        code = normal_credit_code(self.cleaned_data["code"])
        if code and not is_credit_code(code):
            raise forms.ValidationError(BadCreditCode.message)
        return code

    def clean_department(self) -> Entity:
        name = self.cleaned_data["department"].strip()
        found = list(Entity.objects.departments().filter(name=name)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("No department on record has exactly this name."))
        return found[0]

    def _day(self, name: str) -> dt.date | None:
        day: dt.date | None = self.cleaned_data[name]
        if day and not EARLIEST <= day <= timezone.localdate():
            raise forms.ValidationError(_("The day lies between 1949-10-01 and today."))
        return day

    def clean_start(self) -> dt.date | None:
        return self._day("start")

    def clean_end(self) -> dt.date | None:
        return self._day("end")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("start") and said.get("end") and said["end"] <= said["start"]:
            self.add_error("end", _("An interest cannot end before it starts."))
        if said.get("holder") == PERSON:
            for name in ("name", "birth_month"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed for a person."))
        elif said.get("holder") == BODY and not {"code", "entity_name"} & set(self.errors):
            self._clean_body(said)
        if "share_how" in said:
            self._clean_share(said)
        return said

    def _clean_body(self, said: dict[str, Any]) -> None:
        self.body = None
        code, name = said["code"], said["entity_name"].strip()
        if code:
            self.body = Entity.objects.filter(credit_code=code).first()
            if self.body is None and not name:
                self.add_error(
                    "entity_name", _("No body of this code is on record yet: enter its full name.")
                )
            return
        found = list(Entity.objects.filter(name=name)[:2]) if name else []
        if len(found) == 1:
            self.body = found[0]
        else:
            self.add_error("code", _("Enter the code: the name alone does not settle which body it is."))

    def _clean_share(self, said: dict[str, Any]) -> None:
        how, least, most = said["share_how"], said.get("least"), said.get("most")
        if how in (EXACT, RANGE) and least is None and "least" not in self.errors:
            self.add_error("least", _("Enter the share in per cent, or say that it is not stated."))
        if how == RANGE and "most" not in self.errors:
            if most is None:
                self.add_error("most", _("Enter the most, in per cent."))
            elif least is not None and most < least:
                self.add_error("most", _("The most is less than the least."))

    def row(self) -> dict[str, Any]:
        """The row as the draft keeps it (rows.py)."""
        said = self.cleaned_data
        person = self.sort in (POST, KIN) or said.get("holder") == PERSON
        body = None if person else getattr(self, "body", None)
        department = said.get("department")
        return {
            "sort": self.sort,
            "kind": said.get("kind") or SORTS[self.sort][0],
            "who": said.get("who", ""),
            "person": person and self.sort in (*PEOPLES, KIN),
            "entity": body.pk if body else None,
            "code": "" if person else said.get("code", ""),
            "name": said.get("name", "").strip()
            if person
            else (body.name if body else said.get("entity_name", "")),
            "birth_month": said.get("birth_month", "") if person else "",
            "identity": said.get("identity", "") if person else "",
            "share": self._share(),
            "post": said.get("post", "").strip(),
            "rank": said.get("rank", ""),
            "department": department.pk if department else None,
            "department_name": department.name if department else "",
            "start": said["start"].isoformat() if said["start"] else None,
            "end": said["end"].isoformat() if said["end"] else None,
            "source": said["source"].strip(),
            "url": said["url"],
        }

    def _share(self) -> list[str] | None:
        said = self.cleaned_data
        if said.get("share_how") not in (EXACT, RANGE):
            return None
        return [str(said["least"]), str(said["most"] if said["share_how"] == RANGE else said["least"])]


def initial_of(row: dict[str, Any]) -> dict[str, Any]:
    """A draft's row as the form shows it; never the identity number, of which nothing is left."""
    share = row["share"]
    how = UNSTATED if share is None else EXACT if share[0] == share[1] else RANGE
    return {
        "kind": row["kind"],
        "who": row["who"],
        "holder": PERSON if row["person"] else BODY,
        "code": row["code"],
        "entity_name": "" if row["person"] else row["name"],
        "name": row["name"] if row["person"] else "",
        "birth_month": row["birth_month"],
        "share_how": how,
        "least": share[0] if share else None,
        "most": share[1] if how == RANGE else None,
        "department": row["department_name"],
        "post": row["post"],
        "rank": row["rank"],
        "start": row["start"],
        "end": row["end"],
        "source": row["source"],
        "url": row["url"],
    }
