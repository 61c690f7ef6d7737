"""Reads of tenders and bids. Nothing here tells how many bids a tender has before it is opened."""

import datetime as dt

from django.db.models import Prefetch, Q, QuerySet

from regulation.decoupling.matter import Avoided, Part
from regulation.decoupling.queries import About
from regulation.parties.models import Entity, Membership, Region, Role
from regulation.parties.queries import region_and_parents

from .models import Award, Bid, OpeningKey, ProcedureRule, Suspension, Tender

DEFAULT_MINIMUM = dt.timedelta(days=3)

DRAFT, OPEN, CLOSED, OPENED = "draft", "open", "closed", "opened"
AWARDED, FAILED, CANCELLED = "awarded", "failed", "cancelled"


def state_of(tender: Tender, *, now: dt.datetime) -> str:
    """The state that follows from a tender's facts at a moment."""
    if tender.cancelled_at:
        return CANCELLED
    if tender.failed_at:
        return FAILED
    if tender.awarded_at:
        return AWARDED
    if tender.opened_at:
        return OPENED
    if not tender.published_at or not tender.closes_at:
        return DRAFT
    return OPEN if now < tender.closes_at else CLOSED


def in_state(tenders: QuerySet[Tender], state: str, *, now: dt.datetime) -> QuerySet[Tender]:
    """The tenders in a state at a moment; the same rule as `state_of`."""
    going = Q(cancelled_at__isnull=True, failed_at__isnull=True)
    conditions = {
        DRAFT: going & Q(published_at__isnull=True),
        OPEN: going & Q(published_at__isnull=False, opened_at__isnull=True, closes_at__gt=now),
        CLOSED: going & Q(published_at__isnull=False, opened_at__isnull=True, closes_at__lte=now),
        OPENED: going & Q(opened_at__isnull=False, awarded_at__isnull=True),
        AWARDED: going & Q(awarded_at__isnull=False),
        FAILED: Q(failed_at__isnull=False, cancelled_at__isnull=True),
        CANCELLED: Q(cancelled_at__isnull=False),
    }
    return tenders.filter(conditions[state]) if state in conditions else tenders.none()


def public_tenders() -> QuerySet[Tender]:
    """Published tenders with what a list shows, newest first."""
    found = Tender.objects.published().select_related("owner", "approval", "service", "department", "region")
    return with_award(found)


def tenders_visible_to(acting: Membership | None) -> QuerySet[Tender]:
    """Published ones for everyone, drafts for those who act for their owner."""
    entity_ids = [acting.entity_id] if acting and acting.role == Role.OWNER else []
    return Tender.objects.visible_to(entity_ids).select_related(
        "owner", "approval", "service", "department", "region", "ruling"
    )


def procedure_rule_for(region: Region, *, on: dt.date) -> ProcedureRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    rules = {r.region_id: r for r in ProcedureRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((rules[code] for code in codes if code in rules), None)


def minimum_bidding(region: Region, *, on: dt.date) -> dt.timedelta:
    """How long bidding stays open at least; three days where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.minimum_bidding if rule else DEFAULT_MINIMUM


def current_opening_key() -> OpeningKey | None:
    return OpeningKey.objects.filter(retired_at__isnull=True).order_by("-valid_from").first()


def standing_bid(tender: Tender, entity: Entity) -> Bid | None:
    """An entity's own standing bid in a tender."""
    return Bid.objects.standing().filter(tender=tender, tenderer=entity).first()


def opened_bids(tender: Tender) -> list[Bid]:
    """What the opening made public: valid bids by price, then void ones. Empty before the opening."""
    if tender.opened_at is None:
        return []
    bids = list(tender.bids.opened().select_related("tenderer", "tenderer__intermediary").cheapest_first())
    return sorted(bids, key=lambda b: bool(b.void_reason))


def tenders_of(entity: Entity) -> QuerySet[Tender]:
    """All tenders of an owner, drafts included, newest first."""
    return Tender.objects.filter(owner=entity).select_related("service", "approval", "region").order_by("-pk")


def tenders_to_award(entity: Entity) -> QuerySet[Tender]:
    """An owner's opened tenders that wait for its award."""
    waiting = Tender.objects.filter(
        owner=entity, opened_at__isnull=False, awarded_at__isnull=True, failed_at__isnull=True
    )
    return waiting.filter(cancelled_at__isnull=True).select_related("service").order_by("opened_at")


def bids_of(entity: Entity) -> QuerySet[Bid]:
    """All bids of an intermediary, newest first."""
    return (
        Bid.objects.filter(tenderer=entity)
        .select_related("tender", "tender__service")
        .prefetch_related(Prefetch("tender__awards", Award.objects.live(), to_attr="live_awards"))
        .order_by("-submitted_at", "-pk")
    )


def awards_of(entity: Entity) -> QuerySet[Award]:
    """Awards an intermediary won, newest first."""
    return (
        Award.objects.live()
        .filter(bid__tenderer=entity)
        .select_related("tender__service")
        .order_by("-awarded_at")
    )


def with_award(tenders: QuerySet[Tender]) -> QuerySet[Tender]:
    """Each tender with the award that stands and its winner, in one query more."""
    live = Award.objects.live().select_related("bid__tenderer")
    return tenders.prefetch_related(Prefetch("awards", live, to_attr="live_awards"))


def live_bids_reached(entities: list[int] | None) -> QuerySet[Bid]:
    """Standing bids of these entities (all where None) in tenders neither awarded nor ended."""
    live = Bid.objects.standing().filter(
        tender__awarded_at__isnull=True,
        tender__cancelled_at__isnull=True,
        tender__failed_at__isnull=True,
        tender__published_at__isnull=False,
    )
    live = live if entities is None else live.filter(tenderer__in=entities)
    return live.select_related("tenderer", "tender").order_by("pk")


def awards_reached(entities: list[int] | None) -> QuerySet[Award]:
    """Awards won by these entities, or by anyone where None."""
    live = Award.objects.live()
    awards = live if entities is None else live.filter(bid__tenderer__in=entities)
    return awards.select_related("bid__tenderer", "tender__department", "tender__owner").order_by("pk")


def standing_suspensions(entity: Entity) -> QuerySet[Suspension]:
    """Bids of an intermediary that a recheck set aside."""
    standing = Suspension.objects.filter(bid__tenderer=entity, lifted_at__isnull=True)
    return standing.select_related("bid__tender", "check_made").order_by("-pk")


def about(tender: Tender, *, with_rivals: bool, before: dt.datetime | None = None) -> About:
    """What the rules are told of a tender, at a gate and when its award is judged again.

    Rivals only once the bids are open: before, nobody knows them. Parts in the same project are the owner's
    other awards for the approval, of those made before a moment.
    """
    parts = (
        Award.objects.live()
        .filter(tender__owner=tender.owner_id, tender__approval=tender.approval_id)
        .exclude(tender=tender)
        .select_related("bid__tenderer", "tender__service")
        .order_by("pk")
    )
    if before is not None:
        parts = parts.filter(awarded_at__lt=before)
    bids = list(tender.bids.valid().select_related("tenderer").order_by("pk")) if with_rivals else []
    return About(
        owner=tender.owner,
        service=tender.service.code,
        region=tender.region,
        rivals=tuple(bid.tenderer for bid in bids),
        agents={bid.tenderer.urn: str(bid.submitted_by_id) for bid in bids},
        avoided=tuple(
            Avoided(unit.entity.urn, unit.reason)
            for unit in tender.avoided_units.select_related("entity").order_by("pk")
        ),
        parts=tuple(Part(a.bid.tenderer.urn, a.tender.service.code, a.tender.urn) for a in parts),
        others=tuple(a.bid.tenderer for a in parts),
    )
