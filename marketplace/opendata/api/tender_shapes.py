"""Tenders as the interface tells them."""

from typing import Any

from ninja import Schema

from .shapes import ApprovalShape, EntityShape, Moment, Money, ProvisionShape, RegionShape, ServiceShape


class StateShape(Schema):
    """Where a tender stands: the code of docs/tenders.md, and words in the language asked for."""

    code: str
    words: str


class RelianceShape(Schema):
    """A service that a tender buys. `ruling` is the address of the ruling relied on, null where it is bought
    by the owner's own choice; `necessity` is what that says."""

    service: ServiceShape
    ruling: str | None
    necessity: str | None
    bases: list[ProvisionShape]


class TenderLine(Schema):
    """`services` are all that it buys; `service` is the first of them."""

    ref: str
    title: str
    state: StateShape
    owner: EntityShape
    service: ServiceShape
    services: list[ServiceShape]
    approval: ApprovalShape
    department: EntityShape
    region: RegionShape
    method: str
    ceiling: Money | None
    currency: str
    days: int
    published_at: Moment | None
    closes_at: Moment | None
    is_invented: bool
    address: str


class AvoidedShape(Schema):
    entity: EntityShape
    reason: str


class TrusteeShape(Schema):
    entity: EntityShape
    key: str


class Event(Schema):
    at: Moment
    title: str
    text: str
    future: bool


class AmendmentShape(Schema):
    number: int
    at: Moment
    reason: str
    before: dict[str, str]
    after: dict[str, str]


class TenderShape(TenderLine):
    """`ruling` is the address of the ruling relied on for the first service, null where that is voluntary;
    `relies_on` has it for each."""

    description: str
    no_ceiling_reason: str
    price_basis: str
    base_amount: Money | None
    rate_low: str | None
    rate_high: str | None
    invited: bool
    invite_ground: str
    method_parameters: dict[str, Any]
    direct_ground: str
    opens_at: Moment | None
    questions_until: Moment | None
    resumes_at: Moment | None
    opened_at: Moment | None
    standstill_until: Moment | None
    all_of: list[str]
    any_of: list[str]
    project: str
    witnesses: str
    contact: str
    seal_on_device: bool
    reason: str
    ruling: str | None
    bases: list[ProvisionShape]
    relies_on: list[RelianceShape]
    avoided: list[AvoidedShape]
    trustees: list[TrusteeShape]
    amendments: list[AmendmentShape]
    history: list[Event]


class NoticeLine(Schema):
    rank: int | None
    firm: str
    price: str | None
    score: str | None


class NoticeShape(Schema):
    """What a notice said when it was given. `digest` is the SHA-256 that the entry of its act has; empty of
    what was published before notices were kept."""

    kind: str
    title: str
    at: Moment
    reason: str
    facts: list[tuple[str, str]]
    order: list[NoticeLine]
    digest: str
    address: str


class BidShape(Schema):
    """A bid as the opening made it public. `rate` is its price in percent of the base amount, of a tender by
    rate; `void` says why it does not count."""

    id: int
    ref: str
    tenderer: EntityShape
    price: Money | None
    rate: str | None
    days: int | None
    note: str
    void: str
    submitted_at: Moment
    envelope_sha256: str


class OpeningShape(Schema):
    opened_at: Moment | None
    bids: list[BidShape]


class AwardShape(Schema):
    bid: BidShape
    price: Money
    reason: str
    awarded_at: Moment
    standstill_until: Moment | None
    final_at: Moment | None


class AwardsShape(Schema):
    award: AwardShape | None
