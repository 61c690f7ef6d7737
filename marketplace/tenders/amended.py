"""Terms of a tender as text, and an amendment told word by word. Pure but for the names of terms."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.registry.difference import Piece, difference

LABELS: dict[str, Any] = {
    "description": _("What is needed"),
    "days": _("Working days allowed"),
    "contact": _("Contact for bidders"),
    "closes_at": _("Deadline for bids, exclusive"),
    "ceiling": _("Price ceiling"),
    "no_ceiling_reason": _("If there is no ceiling: why"),
    "opens_at": _("Bidding begins"),
    "questions_until": _("Questions until"),
    "project": _("Project"),
    "all_of": _("Qualifications, all of them"),
    "any_of": _("Qualifications, one of them"),
    "witnesses": _("Witnesses of the opening"),
    "avoided": _("Units the owner must avoid"),
    "documents": _("Documents"),
}
LISTS = ("avoided", "documents")
_MOMENTS = ("closes_at", "opens_at", "questions_until")


@dataclass(frozen=True, slots=True)
class Line:
    """One term that changed, with the pieces that lead from the old to the new."""

    label: Any
    pieces: list[Piece]


def term_text(value: Any) -> str:
    """A term as an amendment keeps it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)


def units_text(pairs: Iterable[tuple[str, str]]) -> str:
    """Units to be avoided, each with its reason, a line each."""
    return "\n".join(f"{name} | {reason}" for name, reason in sorted(pairs))


def terms_of(tender: Any) -> dict[str, str]:
    """Every term of a tender by its name, as text; what is empty left out."""
    terms = {name: term_text(getattr(tender, name)) for name in LABELS if name not in LISTS}
    terms["avoided"] = units_text((one.entity.name, one.reason) for one in tender.avoided_units.all())
    terms["documents"] = "\n".join(one.line for one in tender.documents.all() if one.removed_in is None)
    return {name: text for name, text in terms.items() if text}


def shown(name: str, value: str) -> str:
    """A kept term as people read it."""
    if value and name in _MOMENTS:
        return f"{timezone.localtime(dt.datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    return f"¥{Decimal(value):,.2f}" if value and name == "ceiling" else value


def lines(before: dict[str, str], after: dict[str, str]) -> list[Line]:
    """The changed terms in the order in which a tender says them."""
    return [
        Line(label, difference(shown(name, before.get(name, "")), shown(name, after[name])))
        for name, label in LABELS.items()
        if name in after
    ]
