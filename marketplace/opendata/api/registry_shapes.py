"""What approvals require, as the interface tells it."""

import datetime as dt

from ninja import Schema

from .shapes import (
    ApprovalShape,
    EntityShape,
    Moment,
    Money,
    Period,
    ProvisionShape,
    RegionShape,
    ServiceShape,
)


class ApprovalLine(ApprovalShape):
    department: EntityShape
    region: RegionShape
    committed_days: int | None


class RulingShape(Schema):
    """`verdict`: the necessity, or `lapsed` where its legal basis has ended by the day asked about.

    `in_force` is when it is so in law, `recorded` when this site said so; ends are exclusive.
    """

    id: int
    service: ServiceShape
    approval: ApprovalShape | None
    region: RegionShape
    verdict: str
    payer: str
    reason: str
    reason_en: str
    days: int | None
    day_kind: str
    in_force: Period
    recorded_from: Moment | None
    recorded_until: Moment | None
    bases: list[ProvisionShape]
    address: str


class AskedFor(Schema):
    """A service that the approval may ask for; `ruling` null where none is on record."""

    service: ServiceShape
    ruling: RulingShape | None


class ApprovalWhole(ApprovalLine):
    on: dt.date
    services: list[AskedFor]


class ServiceLine(ServiceShape):
    rulings: int


class NeedLine(Schema):
    """One service: what holds for this project. `only_if`: it depends on what was not said."""

    service: ServiceShape
    verdict: str
    only_if: bool
    by_zone: bool
    simpler: bool
    condition: str | None
    question: str | None
    question_en: str | None
    ruling: RulingShape | None
    sellers: int | None
    lowest: Money | None
    median: Money | None
    highest: Money | None
    usual_days: int | None


class NeedShape(Schema):
    approval: ApprovalShape
    region: RegionShape
    on: dt.date
    services: list[NeedLine]
