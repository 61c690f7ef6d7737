"""What an owner writes of a tender."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from regulation.parties.models import Entity

from ...models import AvoidedUnit, Invitation, Method, PriceBasis, Tender


@dataclass(frozen=True, slots=True)
class Terms:
    """What an owner writes: `ceiling` in yuan without tax, working `days`, and an exclusive `closes_at`.

    Bidding begins at `opens_at`, at once where there is none; questions are taken until `questions_until`.
    Bidders hold all qualifications of `all_of` and one of `any_of`. `direct_ground` says why there is no
    competition, where the owner chooses directly; `invite_ground` why only the invited may bid. By
    rate, bids ask for `rate_low` to `rate_high` percent of `base_amount`, and the highest gives the ceiling.
    """

    title: str
    description: str
    days: int
    contact: str
    closes_at: dt.datetime | None
    ceiling: Decimal | None = None
    no_ceiling_reason: str = ""
    seal_on_device: bool = False
    opens_at: dt.datetime | None = None
    questions_until: dt.datetime | None = None
    project: str = ""
    witnesses: str = ""
    method: str = Method.LOWEST_PRICE
    direct_ground: str = ""
    invited: bool = False
    invite_ground: str = ""
    price_basis: str = PriceBasis.AMOUNT
    base_amount: Decimal | None = None
    rate_low: Decimal | None = None
    rate_high: Decimal | None = None
    all_of: list[str] = field(default_factory=list)
    any_of: list[str] = field(default_factory=list)
    method_parameters: dict[str, Any] = field(default_factory=dict)


def terms_of(tender: Tender) -> Terms:
    """The terms as they are stored."""
    return Terms(**{name: getattr(tender, name) for name in Terms.__dataclass_fields__})


def apply_terms(tender: Tender, terms: Terms) -> None:
    for name in Terms.__dataclass_fields__:
        setattr(tender, name, getattr(terms, name))


def set_avoided(tender: Tender, avoided: Iterable[tuple[Entity, str]]) -> None:
    """The units to be avoided, in place of those there are."""
    wanted = {entity.pk: (entity, reason) for entity, reason in avoided}
    there = {unit.entity_id: unit.reason for unit in tender.avoided_units.all()}
    if there == {pk: reason for pk, (_entity, reason) in wanted.items()}:
        return
    tender.avoided_units.all().delete()
    AvoidedUnit.objects.bulk_create(
        AvoidedUnit(tender=tender, entity=entity, reason=reason) for entity, reason in wanted.values()
    )


def set_invited(tender: Tender, firms: Iterable[Entity]) -> None:
    """The invited firms, in place of those there are."""
    wanted = {firm.pk: firm for firm in firms}
    there = set(tender.invitations.values_list("entity", flat=True))
    tender.invitations.exclude(entity__in=wanted).delete()
    Invitation.objects.bulk_create(
        Invitation(tender=tender, entity=firm) for pk, firm in wanted.items() if pk not in there
    )
