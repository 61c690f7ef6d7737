"""What decides between equals: a rule named in the tender beforehand, never the order of rows."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from .base import Candidate, Placed
from .parameters import Parameter

EARLIEST, FEWEST_DAYS, LOT = "earliest", "fewest_days", "lot"
RULES = (
    (EARLIEST, _("the bid submitted first; then by lot")),
    (FEWEST_DAYS, _("the bid with the fewest working days; then by lot")),
    (LOT, _("by lot, computed from the envelopes of the equal bids")),
)
MEASURES: dict[str, Callable[[Candidate], Any]] = {
    EARLIEST: lambda candidate: candidate.submitted_at,
    FEWEST_DAYS: lambda candidate: candidate.days,
    LOT: lambda candidate: 0,
}
TIE_RULE = Parameter(
    name="tie_rule",
    kind="choice",
    label=_("Between equal bids"),
    default=EARLIEST,
    choices=RULES,
    help=_(
        "The lot: SHA-256 over the envelope digests of all equal bids, sorted, and then the bid's own; the "
        "lowest wins."
    ),
)


class Indistinguishable(ValueError):
    """Two candidates share everything a rule could tell them apart by."""


def lot(candidate: Candidate, among: Sequence[Candidate]) -> str:
    """A candidate's lot among its equals. Only who knew the others' envelopes could aim for it."""
    digests = sorted(other.digest for other in among)
    return hashlib.sha256("\n".join([*digests, candidate.digest]).encode()).hexdigest()


def in_order(
    candidates: Sequence[Candidate], *, measure: Callable[[Candidate], Any], rule: str
) -> list[tuple[Candidate, bool]]:
    """Best first by a measure, lower is better; each with whether the tie rule had to decide."""
    groups: dict[Any, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(measure(candidate), []).append(candidate)
    ordered: list[tuple[Candidate, bool]] = []
    for value in sorted(groups):
        equals = groups[value]
        ordered += [(candidate, len(equals) > 1) for candidate in _between(equals, rule)]
    return ordered


def _between(equals: list[Candidate], rule: str) -> list[Candidate]:
    if len(equals) == 1:
        return equals
    if len({candidate.digest for candidate in equals}) < len(equals):
        raise Indistinguishable(sorted(candidate.key for candidate in equals))
    return sorted(equals, key=lambda c: (MEASURES[rule](c), lot(c, equals)))


def placed(
    ordered: Sequence[tuple[Candidate, bool]],
    *,
    score: Callable[[Candidate], Any],
    parts: Callable[[Candidate], Mapping[str, Any]] = lambda _c: {},
) -> tuple[Placed, ...]:
    """Ranks from an order."""
    return tuple(
        Placed(candidate.key, rank, score(candidate), parts(candidate), tied)
        for rank, (candidate, tied) in enumerate(ordered, start=1)
    )
