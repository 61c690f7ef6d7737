"""The rulings that come with the product: published once, never written again."""

import datetime as dt
from collections import defaultdict
from typing import Any

from psycopg.types.range import DateRange

from regulation.parties.models import User

from ..models import Approval, Provision, Ruling, RulingBasis, Service
from .files import DataFile, day
from .put import Change
from .tables import ids

AUTHOR = ("seed-editor@qinqing.invalid", "初始数据编辑 / Seed editor")
REVIEWER = ("seed-reviewer@qinqing.invalid", "初始数据复核 / Seed reviewer")

Place = tuple[int | None, int, str]


def signatory(who: tuple[str, str]) -> User:
    """The account that signs seeded rulings; nobody can sign in with it."""
    email, name = who
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, name=name, is_active=False)


def rulings(file: DataFile, *, at: dt.datetime) -> Change:
    """Publish each ruling of the file whose period no published ruling of its place touches.

    `at` is the moment of publication. Two accounts sign, since a ruling needs two people. A ruling that
    an editor has since corrected or ended keeps its place, so it is not brought back.
    """
    approval, service, provision = ids(Approval, "ref"), ids(Service, "code"), ids(Provision, "ref")
    taken = _taken()
    new: list[Ruling] = []
    bases: list[list[int]] = []
    for row in file.document():
        of = approval[row["approval"]] if row["approval"] else None
        place = (of, service[row["service"]], row["region"])
        in_force = DateRange(day(row["in_force_from"]), day(row["in_force_to"]))
        if not any(overlap(in_force, other) for other in taken[place]):
            new.append(_ruling(row, place=place, in_force=in_force, at=at))
            bases.append([provision[ref] for ref in row["provisions"]])
    if new:
        author, reviewer = signatory(AUTHOR), signatory(REVIEWER)
        for ruling in new:
            ruling.author, ruling.reviewer = author, reviewer
        Ruling.objects.bulk_create(new)
        RulingBasis.objects.bulk_create(
            RulingBasis(ruling=ruling, provision_id=pk, position=position)
            for ruling, found in zip(new, bases, strict=True)
            for position, pk in enumerate(found)
        )
    return Change(created=len(new))


def _ruling(row: dict[str, Any], *, place: Place, in_force: DateRange, at: dt.datetime) -> Ruling:
    approval, service, region = place
    return Ruling(
        approval_id=approval,
        service_id=service,
        region_id=region,
        necessity=row["necessity"],
        payer=row["payer"],
        reason=row["reason_zh"],
        reason_en=row["reason_en"],
        conditions=row["conditions_zh"],
        conditions_en=row["conditions_en"],
        condition_id=row.get("condition"),
        days=row.get("days"),
        day_kind=row.get("day_kind", ""),
        counts_in_clock=row.get("counts_in_clock"),
        price_regime=row.get("price_regime", ""),
        follow_up=row.get("follow_up_zh", ""),
        follow_up_en=row.get("follow_up_en", ""),
        note=row.get("note_zh", ""),
        note_en=row.get("note_en", ""),
        in_force=in_force,
        source=row["source"],
        published_at=at,
    )


def _taken() -> dict[Place, list[DateRange]]:
    taken: dict[Place, list[DateRange]] = defaultdict(list)
    for ruling in Ruling.objects.published():
        taken[ruling.approval_id, ruling.service_id, ruling.region_id].append(ruling.in_force)
    return taken


def overlap(one: DateRange, other: DateRange) -> bool:
    """Whether two half-open periods share a day; both have a start."""
    return _starts_before_end_of(one, other) and _starts_before_end_of(other, one)


def _starts_before_end_of(one: DateRange, other: DateRange) -> bool:
    return one.lower is not None and (other.upper is None or one.lower < other.upper)
