"""Writes to the directory. One verb, one transaction, one ledger entry."""

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.parties.models import Entity, Region, User
from regulation.registry.models import Service
from regulation.registry.queries import GENERAL_RULES

from .errors import AlreadyListed, NotForSale, OfferEnded, OfferOverlaps
from .models import Intermediary, Offer, PriceBasis


@transaction.atomic
def register_intermediary(
    *, entity: Entity, ref: str, summary: str = "", summary_en: str = "", by: User | None
) -> Intermediary:
    """Put an entity into the directory. Raises AlreadyListed."""
    if Intermediary.objects.filter(entity=entity).exists():
        raise AlreadyListed
    made = Intermediary.objects.create(entity=entity, ref=ref, summary=summary, summary_en=summary_en)
    record(kind="directory.registered", subject=made, actor=by, body={"entity": entity.urn})
    return made


@transaction.atomic
def revise_profile(
    *, intermediary: Intermediary, summary: str, summary_en: str, phone: str, email: str, by: User
) -> Intermediary:
    """Change what an intermediary says of itself."""
    locked = Intermediary.objects.select_for_update(no_key=True).get(pk=intermediary.pk)
    locked.summary, locked.summary_en, locked.phone, locked.email = summary, summary_en, phone, email
    locked.save(update_fields=["summary", "summary_en", "phone", "email"])
    record(kind="directory.profile_revised", subject=locked, actor=by, body={"summary": summary})
    return locked


@transaction.atomic
def publish_offer(
    *,
    intermediary: Intermediary,
    service: Service,
    region: Region,
    price_basis: PriceBasis,
    amount: Decimal,
    days: int,
    start: dt.date,
    end: dt.date | None = None,
    unit: str = "",
    unit_en: str = "",
    by: User | None,
) -> Offer:
    """Publish a price: yuan without tax (or per cent), working days, valid [start, end).

    Raises NotForSale, and OfferOverlaps where one of this kind stands in the period.
    """
    if service.category == GENERAL_RULES:
        raise NotForSale
    offer = Offer(
        intermediary=intermediary,
        service=service,
        region=region,
        price_basis=price_basis,
        amount=amount,
        days=days,
        unit=unit,
        unit_en=unit_en,
        valid=DateRange(start, end, "[)"),
    )
    _store(offer)
    body = {
        "intermediary": intermediary.urn,
        "service": service.urn,
        "region": region.code,
        "basis": str(price_basis),
        "amount": str(amount),
        "days": days,
    }
    record(kind="directory.offer_published", subject=offer, actor=by, body=body)
    return offer


def _store(offer: Offer) -> None:
    try:
        with transaction.atomic():
            offer.save(force_insert=True)
    except IntegrityError as refusal:
        if "offer_one_price_at_a_time" in str(refusal):
            raise OfferOverlaps from refusal
        raise


@transaction.atomic
def end_offer(*, offer: Offer, on: dt.date, by: User) -> Offer:
    """An offer stands no longer from a day on (exclusive end). Raises OfferEnded."""
    locked = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    if locked.valid.isempty or (locked.valid.upper and locked.valid.upper <= on):
        raise OfferEnded
    start = locked.valid.lower
    locked.valid = DateRange(start, on, "[)") if start is None or on > start else DateRange(empty=True)
    locked.save(update_fields=["valid"])
    record(kind="directory.offer_ended", subject=locked, actor=by, body={"on": on.isoformat()})
    return locked
