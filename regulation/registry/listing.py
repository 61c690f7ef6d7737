"""What a row of a list says: its fields, their labels, the bytes a digest is taken over. No query."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import rfc8785
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .models import DayKind, ListKind, Payer, PriceRegime

POWERS_VERDICTS = ("mandatory", "optional", "commissioned", "area_assessed", "abolished", "lapsed", "none")

RULING_LABELS = {
    "service": _("Service"),
    "service_code": _("Code of the service"),
    "approval": _("Approval"),
    "approval_code": _("Item code"),
    "department": _("Department"),
    "conditions": _("Conditions"),
    "condition": _("Holds only where the answer is yes"),
    "reason": _("One sentence"),
    "basis": _("The law behind it"),
    "payer": _("Who pays"),
    "days": _("Time limit of the service"),
    "price": _("Price"),
    "follow_up": _("Supervision from then on"),
    "since": _("In force from"),
}
POWERS_LABELS = {
    "approval": _("Approval"),
    "approval_code": _("Item code"),
    "main_item": _("Main item"),
    "committed_days": _("Committed working days"),
    "papers": _("Papers asked for"),
    "mandatory": _("Services it may ask for"),
    "optional": _("May not insist on an intermediary for"),
    "commissioned": _("Commissions and pays itself"),
    "area_assessed": _("Covered by an area assessment"),
    "abolished": _("May not ask for"),
    "lapsed": _("May not ask for any more: the legal basis has ended"),
    "none": _("No ruling on record"),
}
_CODED = {"payer": Payer, "price": PriceRegime}


@dataclass(frozen=True, slots=True)
class Listed:
    """A row before it is written: `key` is the thing it speaks of, `body` its words, the rest makes links."""

    key: str
    body: Mapping[str, str]
    level: str = ""
    ruling: int | None = None
    approval: int | None = None
    service: int | None = None
    matter: int | None = None
    names: tuple[str, ...] = field(default=("service", "service_en", "approval", "approval_en"))

    @property
    def words(self) -> str:
        searched = (*self.names, "approval_code", "service_code", "department", "basis")
        return " ".join(self.body[name] for name in searched if self.body.get(name))


def canonical(key: str, body: Mapping[str, str]) -> bytes:
    """One row as RFC 8785 JSON with a line feed: what the digest of an edition is taken over, row by row."""
    return rfc8785.dumps({"key": key, **body}) + b"\n"


def labels_of(kind: str) -> dict[str, str]:
    """Field names of a list's rows with their labels, in the order of the columns."""
    found = POWERS_LABELS if kind == ListKind.POWERS else RULING_LABELS
    return {name: str(label) for name, label in found.items()}


def shown(name: str, body: Mapping[str, str]) -> str:
    """A field in the reader's language: the English text where there is one, coded values as words."""
    value = body.get(name, "")
    if get_language() == "en" and body.get(f"{name}_en"):
        return body[f"{name}_en"]
    if value and name in _CODED:
        return str(_CODED[name](value).label)
    if value and name == "days":
        number, _space, kind = value.partition(" ")
        return f"{number} {DayKind(kind).label}"
    return value


def is_chinese(name: str, body: Mapping[str, str]) -> bool:
    """Whether `shown` answers in Chinese on a page in English."""
    coded = name in _CODED or name in ("days", "since", "service_code", "approval_code", "committed_days")
    return not coded and not body.get(f"{name}_en")
