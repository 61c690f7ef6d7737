import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.registry.models import Approval, Ruling, Service

from ..errors import (
    AlreadyPublished,
    CeilingMissing,
    ClosesTooSoon,
    NotCancellable,
)
from ..models import AvoidedUnit, Tender
from ..queries import minimum_bidding
from .trusteeship import appoint_trustees

REF_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes


@dataclass(frozen=True, slots=True)
class Terms:
    """What an owner writes: `ceiling` in yuan without tax, working `days`, and an exclusive `closes_at`."""

    title: str
    description: str
    days: int
    contact: str
    closes_at: dt.datetime | None
    ceiling: Decimal | None = None
    no_ceiling_reason: str = ""
    seal_on_device: bool = False


def _new_ref(at: dt.datetime) -> str:
    return f"t{at:%y%m%d}-{''.join(secrets.choice(REF_ALPHABET) for _ in range(6))}"


def _apply(tender: Tender, terms: Terms) -> None:
    for name in Terms.__dataclass_fields__:
        setattr(tender, name, getattr(terms, name))


def _avoid(tender: Tender, avoided: Iterable[tuple[Entity, str]]) -> None:
    tender.avoided_units.all().delete()
    AvoidedUnit.objects.bulk_create(
        AvoidedUnit(tender=tender, entity=entity, reason=reason) for entity, reason in avoided
    )


@transaction.atomic
def draft_tender(
    *,
    owner: Entity,
    approval: Approval,
    service: Service,
    ruling: Ruling | None,
    terms: Terms,
    by: User,
    at: dt.datetime,
    avoided: Iterable[tuple[Entity, str]] = (),
) -> Tender:
    """Start a tender. Department and region are the approval's; `ruling` is the version relied on, if any."""
    tender = Tender(
        ref=_new_ref(at),
        owner=owner,
        approval=approval,
        service=service,
        department=approval.department,
        region=approval.region,
        ruling=ruling,
        created_by=by,
        is_invented=owner.is_invented,
    )
    _apply(tender, terms)
    tender.save()
    _avoid(tender, avoided)
    record(
        kind="tenders.drafted",
        subject=tender,
        actor=by,
        body={"owner": owner.urn, "approval": approval.urn, "service": service.urn},
    )
    return tender


@transaction.atomic
def revise_tender(
    *, tender: Tender, terms: Terms, by: User, at: dt.datetime, avoided: Iterable[tuple[Entity, str]] = ()
) -> Tender:
    """Change a draft. Raises AlreadyPublished."""
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    if locked.published_at:
        raise AlreadyPublished
    _apply(locked, terms)
    locked.save()
    _avoid(locked, avoided)
    record(kind="tenders.revised", subject=locked, actor=by, body={"title": terms.title})
    return locked


@transaction.atomic
def publish_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """Make a draft public: from `at` its terms stand, and bids are taken until `closes_at` (exclusive).

    Raises AlreadyPublished, CeilingMissing, ClosesTooSoon (the region's procedure rule) and TrusteesMissing.
    """
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    if locked.published_at:
        raise AlreadyPublished
    if locked.ceiling is None and not locked.no_ceiling_reason.strip():
        raise CeilingMissing
    minimum = minimum_bidding(locked.region, on=timezone.localdate(at))
    if locked.closes_at is None or locked.closes_at - at < minimum:
        raise ClosesTooSoon(minimum)
    appoint_trustees(tender=locked, at=at)
    locked.published_at = at
    locked.save(update_fields=["published_at"])
    record(
        kind="tenders.published",
        subject=locked,
        actor=by,
        body={
            "title": locked.title,
            "owner": locked.owner.urn,
            "approval": locked.approval.urn,
            "service": locked.service.urn,
            "department": locked.department.urn,
            "ruling": locked.ruling.urn if locked.ruling else None,
            "method": locked.method,
            "ceiling": str(locked.ceiling) if locked.ceiling is not None else None,
            "days": locked.days,
            "closes_at": locked.closes_at.isoformat(),
            "avoided": sorted(unit.entity.urn for unit in locked.avoided_units.select_related("entity")),
        },
    )
    return locked


@transaction.atomic
def cancel_tender(*, tender: Tender, reason: str, by: User, at: dt.datetime) -> Tender:
    """Call a published tender off before its award, in public, with a reason. Raises NotCancellable."""
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    over = locked.cancelled_at or locked.awarded_at or locked.failed_at
    if not locked.published_at or over or not reason.strip():
        raise NotCancellable
    locked.cancelled_at, locked.cancel_reason = at, reason.strip()[:300]
    locked.save(update_fields=["cancelled_at", "cancel_reason"])
    record(kind="tenders.cancelled", subject=locked, actor=by, body={"reason": locked.cancel_reason})
    return locked
