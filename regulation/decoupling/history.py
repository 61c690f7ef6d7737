"""The rules over a decoupling that happened: the assessment agencies of 2015 and 2016, from the data file.

A worked example with its source, never an accusation: nothing of it stands in the interest graph of today,
and no gate reads it. Pure but for reading the file.
"""

import csv
import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from .graph import Graph, Interest, Node
from .matter import Matter
from .rules import CLEAR, CONFLICTED, UNKNOWN, Finding, Pack, judge

FILE = "statistics/decoupled_agencies.csv"
DEPARTMENT = "historical/department"
BEGUN = None  # since when a body was tied is in no source: an unknown start counts as held
STRUCK_OFF, LEFT, REFOUNDED = "struck_off", "left", "refounded"
PARTLY_HELD = "（参股）"
METHODS = {
    "职工自然人出资设立公司": REFOUNDED,
    "注销资质": STRUCK_OFF,
    "逾期未脱钩，注销环评资质": STRUCK_OFF,
    "股权和人员全部撤出": LEFT,
}
SHARE_OF_UNKNOWN_SIZE, QUALIFICATION_GONE = "share_of_unknown_size", "qualification_gone"
DEPARTMENT_NOT_NAMED, PEOPLE_NOT_TOLD = "department_not_named", "people_not_told"


class BadHistory(ValueError):
    """A row of the file that says what the worked example does not know; the message names it."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency as reported: to whom it belonged, how it was cut loose, and the day that is on record.

    `number` is its row in the file, `ended` the first day on which the decoupling is on record.
    """

    number: int
    name: str
    affiliation: str
    method: str
    ended: dt.date
    batch: str
    source: str

    @property
    def how(self) -> str:
        return METHODS[self.method]

    @property
    def of_the_ministry(self) -> bool:
        return self.batch.startswith("第一批")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one day: outcome and finding. `why` says what the record leaves open: it is the
    reason where the outcome is unknown, and a limit of the answer otherwise.
    """

    on: dt.date
    outcome: str
    finding: Finding
    why: str = ""


@dataclass(frozen=True, slots=True)
class Backtest:
    """One agency with the verdict for the last day before its decoupling and for the day of it."""

    agency: Agency
    before: Verdict
    after: Verdict


@lru_cache(maxsize=2)
def agencies(folder: Path) -> tuple[Agency, ...]:
    """Every agency of the data file. Raises BadHistory."""
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        return tuple(_agency(row) for row in csv.DictReader(file))


def _agency(row: dict[str, str]) -> Agency:
    if row["method"] not in METHODS:
        raise BadHistory(f"row {row['seq']}: method {row['method']!r} has no meaning here")
    return Agency(
        number=int(row["seq"]),
        name=row["name"],
        affiliation=row["former_affiliation"],
        method=row["method"],
        ended=dt.date.fromisoformat(row["as_of"]),
        batch=row["batch"],
        source=row["source"],
    )


def graph_of(agency: Agency) -> Graph:
    """The ties the report tells, dated: from an unknown day up to the day the decoupling is on record.

    A ministry's agency hangs from the body it belonged to, and that from the ministry. Of a local one the
    report says that it was of the local environmental system, so that stands as its department.
    """
    own, body = f"historical/agency/{agency.number}", f"historical/body/{agency.number}"
    department = department_of(agency)
    nodes = [Node(DEPARTMENT, "department", department), Node(own, "enterprise", agency.name)]
    partly = agency.affiliation.endswith(PARTLY_HELD)
    name = agency.affiliation.removesuffix(PARTLY_HELD)
    tie = Interest(
        holder=body,
        subject=own,
        kind="shareholding" if partly else "affiliation",
        start=BEGUN,
        end=agency.ended,
        holder_name=name,
        subject_name=agency.name,
        source=agency.source,
        tier="B",
        ref=f"{FILE}/{agency.number}",
    )
    if not agency.of_the_ministry or name == department:
        return Graph.of([replace(tie, holder=DEPARTMENT, holder_name=department)], nodes)
    above = replace(
        tie,
        holder=DEPARTMENT,
        subject=body,
        kind="affiliation",
        end=None,
        holder_name=department,
        subject_name=name,
        ref=f"{FILE}/{agency.number}/above",
    )
    return Graph.of([above, tie], [*nodes, Node(body, "public_institution", name)])


def department_of(agency: Agency) -> str:
    """Who approved: the ministry, or the local environmental system, which the report names no closer."""
    return "环境保护部" if agency.of_the_ministry else agency.affiliation


def verdict_on(agency: Agency, day: dt.date, pack: Pack) -> Verdict:
    """What the rules of a pack say of the agency for a day.

    Without a verdict where a share has no stated size; and, after a qualification was struck off, since that
    ends what an agency may do and says nothing of whom it belongs to.
    """
    matter = Matter(
        intermediary=f"historical/agency/{agency.number}",
        authority=DEPARTMENT,
        on=day,
        gate="inquiry",
        declared=True,  # the report stands for the declaration; what it does not say is told in `why`
        regions=("000000",),
    )
    finding = judge(graph_of(agency), matter, pack)
    if finding.outcome == UNKNOWN:
        return Verdict(day, UNKNOWN, finding, SHARE_OF_UNKNOWN_SIZE)
    if finding.outcome == CLEAR and day >= agency.ended and agency.how == STRUCK_OFF:
        return Verdict(day, UNKNOWN, finding, QUALIFICATION_GONE)
    if finding.outcome == CONFLICTED and not agency.of_the_ministry:
        return Verdict(day, CONFLICTED, finding, DEPARTMENT_NOT_NAMED)
    told = finding.outcome == CLEAR and agency.how == REFOUNDED
    return Verdict(day, finding.outcome, finding, PEOPLE_NOT_TOLD if told else "")


def backtest(folder: Path, pack: Pack) -> tuple[Backtest, ...]:
    """Every agency the day before its decoupling is on record, and on that day."""
    return tuple(
        Backtest(
            agency,
            verdict_on(agency, agency.ended - dt.timedelta(days=1), pack),
            verdict_on(agency, agency.ended, pack),
        )
        for agency in agencies(folder)
    )
