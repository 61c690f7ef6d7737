"""Measures that come with the product, and the papers that an office holds itself."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from psycopg.types.range import DateRange

from ..models import Approval, Material, Measure, Provision
from .files import DataFile, day, number
from .put import Change, put
from .rulings import AUTHOR, REVIEWER, overlap, signatory
from .tables import ids


def held_papers(file: DataFile) -> Change:
    """Mark papers that plainly are an office's own result. Raises KeyError where a name does not agree."""
    approval, provision = ids(Approval, "ref"), ids(Provision, "ref")
    named = set(Material.objects.values_list("approval_id", "position", "name"))
    rows = []
    for row in file.rows():
        place = (approval[row["approval"]], int(row["position"]))
        if (*place, row["name"]) not in named:
            raise KeyError(f"{row['approval']} {row['position']} {row['name']}")
        rows.append(
            {
                "approval_id": place[0],
                "position": place[1],
                "held_by": row["held_by_zh"],
                "held_by_en": row["held_by_en"],
                "held_ground": row["ground_zh"],
                "held_ground_en": row["ground_en"],
                "held_provision_id": provision[row["provision"]],
            }
        )
    return put(Material.objects.all(), rows, key=("approval_id", "position"))


def measures(file: DataFile, *, at: dt.datetime) -> Change:
    """Publish each measure of the file whose period no published measure of its approval touches.

    Two accounts sign. A measure that an editor has since replaced keeps its place and is not brought back.
    """
    approval = ids(Approval, "ref")
    taken: dict[int, list[DateRange]] = defaultdict(list)
    for pk, period in Measure.objects.published().values_list("approval_id", "in_force"):
        taken[pk].append(period)
    new = []
    for row in file.rows():
        of = approval[row["approval"]]
        in_force = DateRange(day(row["in_force_from"]), day(row["in_force_to"]))
        if not any(overlap(in_force, other) for other in taken[of]):
            new.append(_measure(row, of=of, in_force=in_force, at=at))
    if new:
        author, reviewer = signatory(AUTHOR), signatory(REVIEWER)
        for measure in new:
            measure.author, measure.reviewer = author, reviewer
        Measure.objects.bulk_create(new)
    return Change(created=len(new))


def _measure(row: dict[str, Any], *, of: int, in_force: DateRange, at: dt.datetime) -> Measure:
    return Measure(
        approval_id=of,
        in_force=in_force,
        trips=number(row["trips"]),
        papers=number(row["papers"]),
        committed_days=number(row["committed_days"]),
        statutory_days=number(row["statutory_days"]),
        online_level=number(row["online_level"]),
        fee=Decimal(row["fee"]) if row["fee"] else None,
        reform=row["reform_zh"],
        reform_en=row["reform_en"],
        source=row["source"],
        published_at=at,
    )
