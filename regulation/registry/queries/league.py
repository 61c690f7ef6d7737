"""What the league table of regions is computed from."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q

from regulation.parties.models import Region

from ..league import Case, Demand
from ..models import Approval, Measure, Necessity, Ruling


def league_cases(*, on: dt.date) -> list[Case]:
    """Every approval with what its measure of a day states; invented measures count nowhere. Two queries."""
    stated = Measure.objects.on_record().in_force_on(on).filter(is_invented=False)
    measures = {m.approval_id: m for m in stated}
    held = Count("materials", filter=~Q(materials__held_by=""))
    rows = Approval.objects.order_by("pk").annotate(listed=Count("materials"), held=held)
    columns = ("pk", "region_id", "base_code", "name", "committed_days", "listed", "held")
    return [
        _case(measures.get(pk), region, code, name, committed, listed, held)
        for pk, region, code, name, committed, listed, held in rows.values_list(*columns)
    ]


def _case(
    measure: Measure | None, region: str, code: str, name: str, committed: int | None, listed: int, held: int
) -> Case:
    keys = frozenset({f"name:{name}"} | ({f"code:{code}"} if code else set()))
    if measure is None:
        return Case(region, keys, committed, None, listed or None, listed, held)
    if measure.committed_days is not None:
        committed = measure.committed_days
    papers = measure.papers if measure.papers is not None else listed or None
    return Case(region, keys, committed, measure.statutory_days, papers, listed, held, measure.trips)


def league_demands(*, on: dt.date) -> list[Demand]:
    """Every ruling in force on a day, and whether it then requires its service. One query."""
    rulings = Ruling.objects.on_record().in_force_on(on).judged_on(on).order_by("pk")
    columns = ("service_id", "region_id", "approval_id", "approval__region_id", "necessity", "lapsed")
    return [
        Demand(service, region, approval, of, necessity == Necessity.MANDATORY and not lapsed)
        for service, region, approval, of, necessity, lapsed in rulings.values_list(*columns)
    ]


def league_regions(codes: Iterable[str]) -> dict[str, tuple[Region, list[str]]]:
    """The regions of some codes, each with its line: itself and those above it. One query."""
    wanted = set(codes)
    above = {code for c in wanted for code in (c, c[:4] + "00", c[:2] + "0000", "000000")}
    found = Region.objects.in_bulk(above)
    lines: dict[str, tuple[Region, list[str]]] = {}
    for code in sorted(wanted & found.keys()):
        line, at = [], found.get(code)
        while at is not None and at.pk not in line:
            line.append(at.pk)
            at = found.get(at.parent_id) if at.parent_id else None
        lines[code] = (found[code], line)
    return lines
