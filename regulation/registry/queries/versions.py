"""What a draft said at each step of its way, read from the ledger."""

import copy
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of

from ..models import Provision, Ruling

WRITTEN = ("registry.ruling_drafted", "registry.ruling_revised")
MARKS = ("registry.ruling_returned", "registry.ruling_reviewed")
_APART = ("approval", "service", "region", "start", "end", "provisions", "condition", "replaces")


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of a draft: `ruling` is never saved, and says what the draft said from `at` on."""

    number: int
    entry: int
    at: dt.datetime
    ruling: Ruling


def story_of(draft: Ruling) -> list[Entry]:
    """Every step of a draft, the first first."""
    return list(Entry.objects.about(draft.urn).select_related("actor"))


def versions_of(draft: Ruling, story: Sequence[Entry]) -> list[Version]:
    """The wordings of a draft, the first first, in two queries however many there are.

    One whose content was erased keeps its number and is left out.
    """
    written = [(entry, body_of(entry)) for entry in story if entry.kind in WRITTEN]
    known = _provisions(urn for _entry, said in written for urn in said.get("provisions", []))
    return [
        Version(number, entry.pk, entry.recorded_at, _as_said(said, draft, known))
        for number, (entry, said) in enumerate(written, start=1)
        if said
    ]


def last_marked(versions: Sequence[Version], story: Sequence[Entry]) -> Version | None:
    """The wording that a reviewer last returned or passed; None where nobody has looked yet."""
    marks = [entry.pk for entry in story if entry.kind in MARKS]
    before = [version for version in versions if marks and version.entry < marks[-1]]
    return before[-1] if before else None


def ruling_as_said(said: dict[str, Any], about: Ruling) -> Ruling:
    """A ruling, never saved, that says what a body of the ledger says; `about` gives what it is about."""
    return _as_said(said, about, _provisions(said["provisions"]))


def _as_said(said: dict[str, Any], about: Ruling, known: dict[str, Provision]) -> Ruling:
    shown = copy.copy(about)
    for name, value in said.items():
        if name not in _APART and hasattr(shown, name):
            setattr(shown, name, value)
    shown.condition_id = said["condition"]
    start, end = said["start"], said["end"]
    shown.in_force = DateRange(
        dt.date.fromisoformat(start), dt.date.fromisoformat(end) if end else None, "[)"
    )
    shown.cited = [known[urn] for urn in said["provisions"] if urn in known]
    return shown


def _provisions(urns: Iterable[str]) -> dict[str, Provision]:
    refs = {urn.partition("/")[2] for urn in urns}
    return {p.urn: p for p in Provision.objects.filter(ref__in=refs).select_related("instrument")}
