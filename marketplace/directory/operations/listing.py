"""Writes to the directory. One verb, one transaction, one ledger entry."""

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.decoupling.models import Check, Outcome
from regulation.ledger.operations import record
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, EntityKind, Region, User
from regulation.parties.operations import note_contacts
from regulation.registry.models import Service
from regulation.registry.queries import GENERAL_RULES

from ..errors import (
    AlreadyListed,
    NotForDepartments,
    NotForSale,
    NumberTaken,
    OfferEnded,
    OfferOverlaps,
    QualificationEnded,
)
from ..gating import look_again, pass_offer, pass_registration
from ..models import Intermediary, Offer, OfferSuspension, PriceBasis, Qualification


@transaction.atomic
def register_intermediary(
    *, entity: Entity, ref: str, summary: str = "", summary_en: str = "", by: User | None
) -> Intermediary:
    """Put an entity into the directory, checked against each department above it.

    Raises AlreadyListed, and NotForDepartments: a department sells nothing.
    """
    if entity.kind == EntityKind.DEPARTMENT:
        raise NotForDepartments
    if Intermediary.objects.filter(entity=entity).exists():
        raise AlreadyListed
    made = Intermediary.objects.create(entity=entity, ref=ref, summary=summary, summary_en=summary_en)
    at = database_now()
    checks = pass_registration(entity, on=timezone.localdate(at), by=by, at=at)
    body = {"entity": entity.urn, "checks": [made.urn for made in checks]}
    record(kind="directory.registered", subject=made, actor=by, body=body)
    return made


@transaction.atomic
def revise_profile(
    *,
    intermediary: Intermediary,
    summary: str,
    summary_en: str,
    phone: str,
    email: str,
    address: str,
    by: User,
) -> list[str]:
    """Change what an intermediary says of itself; where it is reached goes to the register of entities too.

    Returns what the register keeps from another source (parties.operations.note_contacts).
    """
    locked = Intermediary.objects.select_for_update(no_key=True).get(pk=intermediary.pk)
    locked.summary, locked.summary_en, locked.phone, locked.email = summary, summary_en, phone, email
    locked.save(update_fields=["summary", "summary_en", "phone", "email"])
    record(kind="directory.profile_revised", subject=locked, actor=by, body={"summary": summary})
    return note_contacts(entity=locked.entity, address=address, phone=phone, email=email, by=by)


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

    The conflict gate comes first, and its checks stay when it refuses: call this outside a transaction.
    Raises NotForSale, NotDeclared, Barred, NotSettled, and OfferOverlaps where one of this kind stands in
    the period.
    """
    if service.category == GENERAL_RULES:
        raise NotForSale
    at = database_now()
    checks = pass_offer(
        intermediary.entity, service=service, region=region, on=timezone.localdate(at), by=by, at=at
    )
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
    with transaction.atomic():
        _store(offer)
        _record_offer(offer, checks, by=by)
    recheck_offer(offer=offer, at=database_now())  # a change recorded since the checks did not find it
    return offer


def _record_offer(offer: Offer, checks: list[Check], *, by: User | None) -> None:
    body = {
        "intermediary": offer.intermediary.urn,
        "service": offer.service.urn,
        "region": offer.region.code,
        "basis": str(offer.price_basis),
        "amount": str(offer.amount),
        "days": offer.days,
        "checks": [check.urn for check in checks],
    }
    record(kind="directory.offer_published", subject=offer, actor=by, body=body)


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


@transaction.atomic
def record_qualification(
    *,
    intermediary: Intermediary,
    name: str,
    number: str,
    issuer: str,
    start: dt.date,
    end: dt.date,
    by: User,
    name_en: str = "",
) -> Qualification:
    """Enter a certificate an intermediary holds, valid in [start, end). Raises NumberTaken.

    It is the intermediary's own statement, public at once; a false one is a finding.
    """
    try:
        with transaction.atomic():
            made = Qualification.objects.create(
                intermediary=intermediary,
                name=" ".join(name.split()),
                name_en=name_en,
                number=number,
                issuer=issuer,
                valid=DateRange(start, end, "[)"),
            )
    except IntegrityError as refusal:
        if "qualification_number_once_at_a_time" in str(refusal):
            raise NumberTaken from refusal
        raise
    body = {"name": made.name, "number": number, "issuer": issuer, "until": end.isoformat()}
    record(kind="directory.qualification_recorded", subject=made, actor=by, body=body)
    return made


@transaction.atomic
def end_qualification(*, qualification: Qualification, on: dt.date, by: User) -> Qualification:
    """A certificate holds no longer from a day on (exclusive end). Raises QualificationEnded."""
    locked = Qualification.objects.select_for_update(no_key=True).get(pk=qualification.pk)
    start, end = locked.valid.lower, locked.valid.upper
    if locked.valid.isempty or (end and end <= on):
        raise QualificationEnded
    locked.valid = DateRange(start, on, "[)") if start is None or on > start else DateRange(empty=True)
    locked.save(update_fields=["valid"])
    record(kind="directory.qualification_ended", subject=locked, actor=by, body={"on": on.isoformat()})
    return locked


@transaction.atomic
def recheck_offer(*, offer: Offer, at: dt.datetime) -> OfferSuspension | None:
    """Ask the gate again about an offer after a change; returns the suspension that stands then.

    It is set aside where every department that asks for the service there is one the firm may not serve, and
    stands again as soon as one is clear, or none asks any more (优化营商环境条例 43). A conflict with one
    department that was none before becomes a finding, whether or not others leave the offer standing. An
    offer that has ended is left alone: what was bought by it is an award, which is judged by itself.
    """
    locked = Offer.objects.select_for_update(no_key=True, of=("self",)).get(pk=offer.pk)
    on = timezone.localdate(at)
    if locked.valid.isempty or (locked.valid.upper and locked.valid.upper <= on):
        return None
    answers = look_again(locked, on=on, at=at)
    for made, is_new in answers:
        if is_new and made.outcome == Outcome.CONFLICTED:
            _conflict_found(locked, made)
    standing = locked.suspensions.filter(lifted_at__isnull=True).first()
    barring = next((made for made, _new in answers if made.outcome == Outcome.CONFLICTED), None)
    if standing is None:
        barred = barring and all(made.outcome == Outcome.CONFLICTED for made, _new in answers)
        return _suspend(locked, barring, at=at) if barring and barred else None
    clear = next((made for made, _new in answers if made.outcome == Outcome.CLEAR), None)
    if clear is None and answers:
        return standing
    standing.lifted_at, standing.lifted_by = at, clear
    standing.save(update_fields=["lifted_at", "lifted_by"])
    record(kind="directory.offer_reinstated", subject=locked, actor=None, body=_why(locked, clear))
    return None


def _suspend(offer: Offer, made: Check, *, at: dt.datetime) -> OfferSuspension:
    suspended = OfferSuspension.objects.create(offer=offer, check_made=made, since=at)
    record(kind="directory.offer_suspended", subject=offer, actor=None, body=_why(offer, made))
    return suspended


def _why(offer: Offer, made: Check | None) -> dict[str, str]:
    told = {"check": made.urn, "rule": made.rule_code} if made else {}
    return {"intermediary": offer.intermediary.urn, **told}


def _conflict_found(offer: Offer, made: Check) -> None:
    body = {
        "intermediary": made.intermediary.urn,
        "department": made.department.urn,
        "rule": made.rule_code,
        "check": made.urn,
        "of": offer.urn,
        "closed": False,
    }
    record(kind="decoupling.conflict_found", subject=made, actor=None, body=body)
