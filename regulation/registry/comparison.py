"""Two rulings side by side, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .difference import Piece, difference
from .models import Ruling


@dataclass(frozen=True, slots=True)
class Line:
    """One field of two rulings. `pieces` lead from the old text to the new one."""

    label: str
    old: str
    new: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return self.old != self.new


def compare(old: Ruling, new: Ruling) -> list[Line]:
    """The fields of two rulings in the reader's language; those empty in both are left out."""
    lines = []
    for (label, was), (_label, now) in zip(fields_of(old), fields_of(new), strict=True):
        if was or now:
            lines.append(Line(label, was, now, tuple(difference(was, now))))
    return lines


def fields_of(ruling: Ruling) -> Iterable[tuple[str, str]]:
    """What a ruling says, as (label, words)."""
    period = ruling.in_force
    clock = {True: _("yes"), False: _("no, it is counted apart"), None: ""}[ruling.counts_in_clock]
    cited = ruling.cited
    if cited is None:
        cited = [basis.provision for basis in ruling.bases.select_related("provision__instrument")]
    yield _("Region"), str(ruling.region)
    yield _("Approval"), str(ruling.approval or _("In every approval"))
    yield _("Verdict"), ruling.get_necessity_display()
    yield _("In force from"), period.lower.isoformat()
    yield _("In force until (exclusive)"), period.upper.isoformat() if period.upper else ""
    yield _("Who pays"), ruling.get_payer_display()
    yield _("Time limit of the service"), days_of(ruling)
    yield _("Does it run inside the approval's own time limit?"), clock
    yield _("Price"), ruling.get_price_regime_display()
    yield _("One sentence"), _spoken(ruling, "reason")
    yield _("Conditions"), _spoken(ruling, "conditions")
    yield _("Holds only where the answer is yes"), str(ruling.condition or "")
    yield _("Supervision from then on"), _spoken(ruling, "follow_up")
    yield _("Risk to watch"), _spoken(ruling, "risk")
    yield _("Note"), _spoken(ruling, "note")
    yield _("The law behind it"), _("; ").join(map(str, cited))
    yield _("Source"), ruling.source


def days_of(ruling: Ruling) -> str:
    """The time limit in words; empty where none is on record."""
    return f"{ruling.days} {ruling.get_day_kind_display()}" if ruling.days else ""


def _spoken(ruling: Ruling, field: str) -> str:
    english = getattr(ruling, f"{field}_en") if get_language() == "en" else ""
    return english or getattr(ruling, field)
