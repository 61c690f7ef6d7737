"""Regions side by side: trips, papers, days and demands, as pure functions. No ORM, no clock.

Every figure stands with the number of approvals it is computed from. There is no score of all of them: a
score needs weights, and no source gives any.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as _

FEWEST = 5
"""A figure of fewer approvals says too little to be shown."""

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Case:
    """One approval. None is unknown, which is not none. `keys` are what makes two approvals the same."""

    region: str
    keys: frozenset[str]
    committed: int | None = None
    statutory: int | None = None
    papers: int | None = None
    listed: int = 0  # papers on record one by one
    held: int = 0  # of those, results that an office itself holds
    trips: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What the rulings say of a service in a region: for one approval, or for every one (None)."""

    service: int
    region: str
    approval: int | None
    approval_region: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of a region and how many approvals it rests on; None where they are too few."""

    n: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its title, unit, method in plain words and formula."""

    key: str
    label: Any
    unit: str  # "days", "percent", "papers" or "services"
    method: Any
    formula: Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A region's row; `values` by the column's key."""

    region: str
    approvals: int
    values: Mapping[str, Value]


COLUMNS = (
    Column(
        "committed",
        _("Committed days"),
        "days",
        _("The working days a department promises: half of the region's approvals promise fewer, half more."),
        _("median of the committed working days, over approvals whose promise is on record"),
    ),
    Column(
        "share",
        _("Promise of what the law allows"),
        "percent",
        _("How much of the time the law allows the departments still take for themselves."),
        _("100 × sum of committed days ÷ sum of statutory days, over approvals with both on record"),
    ),
    Column(
        "papers",
        _("Papers per approval"),
        "papers",
        _("How many papers an applicant is asked for, on average."),
        _("sum of papers ÷ number of approvals, over approvals whose papers are on record"),
    ),
    Column(
        "held",
        _("Papers offices hold themselves"),
        "percent",
        _("Of the papers asked for, those that an office itself issued and need not ask of the applicant."),
        _("100 × papers marked as held by an office ÷ papers listed, over approvals whose list is on record"),
    ),
    Column(
        "once",
        _("No trip or one"),
        "percent",
        _("How many approvals are had with at most one trip to the office."),
        _("100 × approvals with 0 or 1 trips ÷ approvals whose trips are on record"),
    ),
    Column(
        "required",
        _("Services required"),
        "services",
        _(
            "Intermediary services that a ruling in force requires in the region, for every approval or for "
            "one of its own. A demand whose legal basis has ended does not count. Always of the whole region."
        ),
        _("number of different services, the nearest region's ruling deciding"),
    ),
)
KEYS = tuple(column.key for column in COLUMNS)


def standings(cases: Iterable[Case], *, required: Mapping[str, int], fewest: int = FEWEST) -> list[Standing]:
    """A row for each region that has a case, by code; `required` counts its required services."""
    by_region: dict[str, list[Case]] = {}
    for case in cases:
        by_region.setdefault(case.region, []).append(case)
    return [
        Standing(region, len(found), _values(found, required.get(region, 0), fewest))
        for region, found in sorted(by_region.items())
    ]


def _values(cases: Sequence[Case], required: int, fewest: int) -> dict[str, Value]:
    promised = [c.committed for c in cases if c.committed is not None]
    both = [(c.committed, c.statutory) for c in cases if c.committed is not None and c.statutory]
    papers = [c.papers for c in cases if c.papers is not None]
    listed = [c for c in cases if c.listed]
    trips = [c.trips for c in cases if c.trips is not None]
    return {
        "committed": _value(len(promised), fewest, lambda: Decimal(median(promised))),
        "share": _value(
            len(both), fewest, lambda: _percent(sum(a for a, _b in both), sum(b for _a, b in both))
        ),
        "papers": _value(len(papers), fewest, lambda: Decimal(sum(papers)) / len(papers)),
        "held": _value(
            len(listed), fewest, lambda: _percent(sum(c.held for c in listed), sum(c.listed for c in listed))
        ),
        "once": _value(len(trips), fewest, lambda: _percent(sum(t <= 1 for t in trips), len(trips))),
        "required": _value(len(cases), fewest, lambda: Decimal(required)),
    }


def _value(n: int, fewest: int, compute: Any) -> Value:
    if n < fewest:
        return Value(n, None)
    return Value(n, compute().quantize(TENTH, rounding=ROUND_HALF_UP))


def _percent(part: int, whole: int) -> Decimal:
    return Decimal(100) * part / whole


def shared(cases: Sequence[Case], one: str, other: str) -> list[Case]:
    """The cases of two regions that are the same approval in both: a base code or a name in common."""
    keys = {
        region: frozenset(key for case in cases if case.region == region for key in case.keys)
        for region in (one, other)
    }
    against = {one: keys[other], other: keys[one]}
    return [case for case in cases if case.region in against and case.keys & against[case.region]]


def ordered(rows: Iterable[Standing], key: str, *, descending: bool = False) -> list[Standing]:
    """By one column, regions without a figure last, then by region code; `approvals` and `region` too."""

    def place(row: Standing) -> tuple[bool, Decimal]:
        value = Decimal(row.approvals) if key == "approvals" else row.values[key].value
        if value is None:
            return True, Decimal(0)
        return False, -value if descending else value

    rows = sorted(rows, key=lambda row: row.region, reverse=descending and key == "region")
    return rows if key == "region" else sorted(rows, key=place)


def services_required(line: Sequence[str], demands: Iterable[Demand]) -> int:
    """How many services are required in a region; `line` is the region and those above it, nearest first.

    For each service, and each approval of the region a ruling names, the nearest region's ruling decides.
    """
    rank = {code: n for n, code in enumerate(line)}
    nearest: dict[tuple[int, int | None], Demand] = {}
    for demand in demands:
        mine = demand.approval is None or demand.approval_region == line[0]
        if demand.region not in rank or not mine:
            continue
        place = (demand.service, demand.approval)
        held = nearest.get(place)
        if held is None or rank[demand.region] < rank[held.region]:
            nearest[place] = demand
    return len({service for (service, _approval), demand in nearest.items() if demand.required})
