"""What waits for somebody: to sign, to hand in, to examine, to mend."""

import datetime as dt

from django.db.models import F, Q, QuerySet

from regulation.parties.models import Entity

from ..models import Contract, Milestone
from .listing import with_sides


def unsigned_past(now: dt.datetime) -> QuerySet[Contract]:
    """Contracts whose time for signing is over and that were not signed."""
    waiting = Contract.objects.filter(signed_at__isnull=True, lapsed_at__isnull=True, sign_by__lte=now)
    return waiting.filter(suspended_at__isnull=True).order_by("sign_by", "pk")


def to_sign(entity: Entity) -> QuerySet[Contract]:
    """Contracts that lie before an entity for its signature, the most urgent first."""
    waiting = with_sides(Contract.objects.of_sides([entity.pk])).filter(
        offered_at__isnull=False, signed_at__isnull=True, lapsed_at__isnull=True, suspended_at__isnull=True
    )
    signed = Q(
        versions__number=F("version_no"),
        versions__signatures__entity=entity,
    )
    return waiting.exclude(pk__in=Contract.objects.filter(signed, of_entity(entity)).values("pk")).order_by(
        "sign_by", "pk"
    )


def of_entity(entity: Entity) -> Q:
    return Q(buyer=entity) | Q(seller=entity) | Q(payer=entity)


def to_draw_up(entity: Entity) -> QuerySet[Contract]:
    """Contracts a buyer has not laid before the sides yet."""
    waiting = with_sides(
        Contract.objects.filter(buyer=entity, offered_at__isnull=True, signed_at__isnull=True)
    )
    return waiting.filter(lapsed_at__isnull=True, suspended_at__isnull=True).order_by("sign_by", "pk")


def _running(**sides: Entity) -> QuerySet[Milestone]:
    going = Milestone.objects.filter(
        contract__signed_at__isnull=False,
        contract__suspended_at__isnull=True,
        contract__terminated_at__isnull=True,
        contract__completed_at__isnull=True,
        accepted_at__isnull=True,
        cancelled_at__isnull=True,
        **{f"contract__{side}": entity for side, entity in sides.items()},
    )
    return going.select_related("contract__award__tender", "contract__seller", "contract__buyer")


def to_hand_in(entity: Entity) -> QuerySet[Milestone]:
    """Work a seller has to begin, hand in or mend, what is due first before the rest."""
    return (
        _running(seller=entity)
        .filter(submitted_at__isnull=True, disputed_at__isnull=True)
        .order_by("due_on", "pk")
    )


def to_examine(entity: Entity) -> QuerySet[Milestone]:
    """Work handed in that a buyer has to accept or return; silence accepts it."""
    waiting = _running(buyer=entity).filter(submitted_at__isnull=False, disputed_at__isnull=True)
    return waiting.order_by("silence_until", "pk")


def silent_past(now: dt.datetime) -> QuerySet[Milestone]:
    """Work handed in that nobody answered in time."""
    waiting = Milestone.objects.filter(
        submitted_at__isnull=False,
        silence_until__lte=now,
        accepted_at__isnull=True,
        cancelled_at__isnull=True,
        disputed_at__isnull=True,
        contract__suspended_at__isnull=True,
        contract__terminated_at__isnull=True,
    )
    return waiting.select_related("contract").order_by("silence_until", "pk")


def mending_over(now: dt.datetime) -> QuerySet[Milestone]:
    """Returned work that was not handed in again in time, which nobody has been told of."""
    found = Milestone.objects.filter(
        mend_until__lte=now,
        mend_noted_at__isnull=True,
        submitted_at__isnull=True,
        accepted_at__isnull=True,
        cancelled_at__isnull=True,
        disputed_at__isnull=True,
        contract__suspended_at__isnull=True,
        contract__terminated_at__isnull=True,
    )
    return found.select_related("contract").order_by("mend_until", "pk")


def not_mended(entity: Entity) -> QuerySet[Milestone]:
    """Work a buyer returned that the seller did not hand in again in time."""
    waiting = _running(buyer=entity).filter(submitted_at__isnull=True, disputed_at__isnull=True)
    return waiting.filter(mend_noted_at__isnull=False).order_by("mend_until", "pk")


def to_mend(entity: Entity) -> QuerySet[Milestone]:
    """Returned work a seller has to mend, the most urgent first."""
    waiting = _running(seller=entity).filter(submitted_at__isnull=True, disputed_at__isnull=True)
    return waiting.filter(mend_until__isnull=False).order_by("mend_until", "pk")
