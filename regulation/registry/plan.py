"""The answer of a need check, as a pure function. No ORM, no clock.

For each service of an approval: the ruling that holds, the answer to its condition, and what the project's
zone has had assessed, together give one outcome. tests/regulation/registry/plan_table.py spells out every
combination.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

LAPSED = "lapsed"  # a demand whose legal basis has ended: on record, but nobody may make it
NONE = "none"  # no ruling on record: not one of the five, and shown as what it is
NOT_APPLICABLE = "not_applicable"  # the ruling's condition does not fit this project
ORDER = (
    "mandatory",
    LAPSED,
    "optional",
    "commissioned",
    "area_assessed",
    "abolished",
    NOT_APPLICABLE,
    NONE,
)
TO_BUY = frozenset({"mandatory", "optional"})
NOT_TO_BE_ASKED = frozenset({"abolished", "commissioned", "area_assessed", LAPSED, NOT_APPLICABLE})


class Answer(StrEnum):
    """What the applicant says about a ruling's condition."""

    NO_CONDITION = "no_condition"
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Cover(StrEnum):
    """What is known of an area assessment of the service where the project lies."""

    UNSAID = "unsaid"  # the applicant has not said whether the project lies in a zone
    OUTSIDE = "outside"  # outside any zone, or in one that has no valid assessment of the service
    WAIVED = "waived"
    SIMPLIFIED = "simplified"
    FILED = "filed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one service: its ruling, the one that would hold without an area assessment, and more.

    Verdicts are a ruling's `verdict` or NONE. What is passed through: service, ruling, outside, cover_by,
    matters, market.
    """

    service: Any
    ruling: Any = None
    outside: Any = None
    answer: Answer = Answer.NO_CONDITION
    cover: Cover = Cover.UNSAID
    cover_by: Any = None
    matters: tuple[Any, ...] = ()
    market: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What holds for one project. `only_if`: it depends on what the applicant has not said.

    `by_zone`: the zone's own assessment decided. `simpler`: it is needed, but in a simpler form.
    """

    verdict: str
    only_if: bool = False
    by_zone: bool = False
    simpler: bool = False


def outcome(verdict: str, answer: Answer, cover: Cover, outside: str = NONE) -> Outcome:
    """What one project has to do about one service. `outside` is the verdict where nothing was assessed.

    What may not be asked for stays so whatever the project is. A condition that does not fit takes the demand
    away; one not answered leaves it with an if. A zone's assessment waives, files or eases what an applicant
    would have to do itself; it changes nothing about what the department pays or nobody may ask.
    """
    if verdict in ("abolished", LAPSED):
        return Outcome(verdict)
    if verdict == "area_assessed":
        if cover == Cover.UNSAID:
            return Outcome(verdict, only_if=True)
        if cover == Cover.OUTSIDE:
            return outcome(outside, answer, cover) if outside != verdict else Outcome(NONE)
        return Outcome(verdict, by_zone=True, simpler=cover != Cover.WAIVED)
    if verdict == NONE:
        return Outcome("area_assessed", by_zone=True) if cover == Cover.WAIVED else Outcome(NONE)
    if answer == Answer.NO:
        return Outcome(NOT_APPLICABLE)
    unsure = answer == Answer.UNSURE
    if verdict == "commissioned":
        return Outcome(verdict, only_if=unsure)
    if cover == Cover.WAIVED:
        return Outcome("area_assessed", by_zone=True)
    if cover == Cover.FILED:
        return Outcome("optional", only_if=unsure, by_zone=True, simpler=True)
    eased = cover == Cover.SIMPLIFIED
    return Outcome(verdict, only_if=unsure, by_zone=eased, simpler=eased)


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the approval with what holds for this project."""

    facts: Facts
    outcome: Outcome

    @property
    def service(self) -> Any:
        return self.facts.service

    @property
    def ruling(self) -> Any:
        """The ruling that decides: outside any assessed zone the one beneath the area assessment."""
        facts = self.facts
        beneath = facts.cover == Cover.OUTSIDE and getattr(facts.ruling, "verdict", "") == "area_assessed"
        return facts.outside if beneath else facts.ruling

    @property
    def verdict(self) -> str:
        return self.outcome.verdict

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

    @property
    def usual_cost(self) -> Decimal | None:
        """The median published prices of what must be bought, together; None while one of them is unknown."""
        prices: list[Decimal | None] = self._of_what_must_be_bought("median")
        known = [price for price in prices if price is not None]
        return sum(known, Decimal(0)) if prices and len(known) == len(prices) else None

    @property
    def usual_days(self) -> int | None:
        """The longest usual delivery of what must be bought, done side by side; None while one is unknown."""
        days: list[int | None] = self._of_what_must_be_bought("days")
        known = [one for one in days if one is not None]
        return max(known) if days and len(known) == len(days) else None

    def _of_what_must_be_bought(self, name: str) -> list[Any]:
        """What the market knows of each service that must be bought; None where it knows nothing."""
        return [getattr(row.facts.market, name, None) for row in self.rows if row.verdict == "mandatory"]


def make_plan(facts: Sequence[Facts]) -> Plan:
    """The plan for what is known, whatever its order."""
    order = {v: i for i, v in enumerate(ORDER)}
    rows = [
        Row(one, outcome(_verdict(one.ruling), one.answer, one.cover, _verdict(one.outside))) for one in facts
    ]
    return Plan(tuple(sorted(rows, key=lambda row: (order[row.verdict], str(row.service)))))


def _verdict(ruling: Any) -> str:
    return str(ruling.verdict) if ruling is not None else NONE
