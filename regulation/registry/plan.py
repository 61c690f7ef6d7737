"""The answer of a need check, as a pure function. No ORM, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LAPSED = "lapsed"  # a demand whose legal basis has ended: on record, but nobody may make it
NONE = "none"  # no ruling on record: not one of the five, and shown as what it is
ORDER = ("mandatory", LAPSED, "optional", "commissioned", "area_assessed", "abolished", NONE)
TO_BUY = frozenset({"mandatory", "optional"})
NOT_TO_BE_ASKED = frozenset({"abolished", "commissioned", "area_assessed", LAPSED})


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the approval with what holds for it. `ruling` and `matters` are passed through."""

    service: Any
    verdict: str
    ruling: Any = None
    matters: tuple[Any, ...] = ()

    @property
    def may_tender(self) -> bool:
        """Whether an applicant has a reason to buy it: it must, or it may do so itself or buy it."""
        return self.verdict in TO_BUY

    @property
    def reportable(self) -> bool:
        """Whether being asked to buy it is a demand without a basis."""
        return self.verdict in NOT_TO_BE_ASKED or self.verdict == NONE


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows in the order a reader needs them: what must be bought first."""

    rows: tuple[Row, ...]

    def count(self, verdict: str) -> int:
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def to_buy(self) -> int:
        """How many services the law makes the applicant commission."""
        return self.count("mandatory")

    @property
    def totals(self) -> list[tuple[str, int]]:
        """How many services of each verdict there are; verdicts without one are left out."""
        return [(v, n) for v in ORDER if (n := self.count(v))]


def make_plan(facts: Sequence[tuple[Any, Any, Sequence[Any]]]) -> Plan:
    """The plan for (service, ruling or None, area-assessment matters), whatever their order."""
    order = {v: i for i, v in enumerate(ORDER)}
    rows = [
        Row(service, ruling.verdict if ruling is not None else NONE, ruling, tuple(matters))
        for service, ruling, matters in facts
    ]
    return Plan(tuple(sorted(rows, key=lambda row: (order[row.verdict], str(row.service)))))
