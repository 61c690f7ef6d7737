"""What a project asks of an applicant, before a reform and now, added up over its approvals.

Pure: no ORM, no clock. None is unknown, which is not none: a sum stands only where every part of it is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .plan import LAPSED, NOT_APPLICABLE, Row

Number = int | Decimal
MANDATORY = "mandatory"

LABELS: dict[str, Any] = {
    "services": _("Intermediary services one has to buy"),
    "committed_days": _("Committed working days"),
    "papers": _("Papers"),
    "trips": _("Trips to the office"),
    "fee": _("Fees of the approvals"),
    "prices": _("Their median published prices, together"),
}
MONEY = frozenset({"fee", "prices"})


@dataclass(frozen=True, slots=True)
class Total:
    """One figure before and now. `before` and `since` are over the same `behind` of `of` approvals.

    `now` is over all of them. All three are None where they are not known.
    """

    figure: str
    before: Number | None
    since: Number | None
    now: Number | None
    behind: int = 1
    of: int = 1

    @property
    def label(self) -> Any:
        return LABELS[self.figure]

    @property
    def is_money(self) -> bool:
        return self.figure in MONEY

    @property
    def partial(self) -> bool:
        """Whether only some of the approvals have both figures."""
        return 0 < self.behind < self.of

    @property
    def difference(self) -> Number | None:
        """What became more (above zero) or less of it; None unless both are known."""
        return None if self.before is None or self.since is None else self.since - self.before


def total(figure: str, pairs: Sequence[tuple[Number | None, Number | None]]) -> Total:
    """One figure over approvals, each with what it was before and what it is now."""
    nows = [now for _before, now in pairs if now is not None]
    both = [(before, now) for before, now in pairs if before is not None and now is not None]
    return Total(
        figure,
        before=_sum(before for before, _now in both) if both else None,
        since=_sum(now for _before, now in both) if both else None,
        now=_sum(nows) if nows and len(nows) == len(pairs) else None,
        behind=len(both),
        of=len(pairs),
    )


def _sum(numbers: Iterable[Number]) -> Number:
    return sum(numbers, 0)


def services_total(rows: Sequence[Row], earlier: Mapping[int, str]) -> Total:
    """How many services one had to buy and has to buy now.

    `earlier` is, by a ruling's key, what held at its place before it began. Before, one had to buy what an
    earlier ruling required, what was required until its law ended, and what a zone's assessment covers now.
    That a ruling lets nobody ask for a service does not say that somebody had. Where no row tells of a time
    before, that is not known.
    """
    now = sum(row.verdict == MANDATORY for row in rows)
    ruled = [row for row in rows if row.ruling is not None and row.verdict != NOT_APPLICABLE]
    if not any(_tells(row, earlier) for row in ruled):
        return Total("services", None, None, now, behind=0)
    before = sum(_was_required(row, earlier) for row in ruled)
    return Total("services", before, now, now)


def _tells(row: Row, earlier: Mapping[int, str]) -> bool:
    """Whether the record says what it was before: by an earlier ruling, or in the one that holds."""
    eased = row.outcome.by_zone and row.ruling.verdict == MANDATORY
    return eased or row.ruling.pk in earlier or row.ruling.verdict == LAPSED


def _was_required(row: Row, earlier: Mapping[int, str]) -> bool:
    if row.ruling.pk in earlier and row.ruling.verdict != LAPSED:
        return earlier[row.ruling.pk] == MANDATORY
    return row.ruling.verdict in (MANDATORY, LAPSED)
