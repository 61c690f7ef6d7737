"""What the conflict gate is told of a tender, and what a change makes it ask again."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from regulation.decoupling.matter import Avoided, Part
from regulation.decoupling.models import Check
from regulation.decoupling.queries import About
from regulation.parties.models import Entity

from ..models import Award, Bid, Recheck, Suspension, Tender
from ..over import over

STUCK = dt.timedelta(seconds=20)  # no single bid or award takes a worker so long


def live_bids_reached(entities: list[int] | None) -> QuerySet[Bid]:
    """Standing bids of these entities (all where None) in tenders neither awarded nor ended."""
    live = Bid.objects.standing().filter(
        tender__awarded_at__isnull=True,
        tender__cancelled_at__isnull=True,
        tender__failed_at__isnull=True,
        tender__void_at__isnull=True,
        tender__published_at__isnull=False,
    )
    live = live if entities is None else live.filter(tenderer__in=entities)
    return live.select_related("tenderer", "tender").order_by("pk")


def awards_reached(entities: list[int] | None) -> QuerySet[Award]:
    """Awards won by these entities, or by anyone where None, whose work is not over."""
    live = Award.objects.live().exclude(over())
    awards = live if entities is None else live.filter(bid__tenderer__in=entities)
    return awards.select_related("bid__tenderer", "tender__department", "tender__owner").order_by("pk")


def rechecks_left(now: dt.datetime) -> QuerySet[Recheck]:
    """Rechecks that nobody carries on: longer than a worker takes over one slice."""
    return Recheck.objects.filter(finished_at__isnull=True, moved_at__lt=now - STUCK).order_by("pk")


def standing_suspensions(entity: Entity) -> QuerySet[Suspension]:
    """Bids of an intermediary that a recheck set aside."""
    standing = Suspension.objects.filter(bid__tenderer=entity, lifted_at__isnull=True)
    return standing.select_related("bid__tender", "check_made").order_by("-pk")


def gate_answers(tender: Tender, bids: Iterable[Bid]) -> dict[int, Check]:
    """The newest check of each of these bids at a gate of its tender, by the key of the bidder."""
    firms = [bid.tenderer_id for bid in bids]
    asked = Check.objects.filter(of=tender.urn, intermediary__in=firms).defer("graph", "matter", "grounds")
    newest = asked.order_by("intermediary_id", "-pk").distinct("intermediary_id")
    return {made.intermediary_id: made for made in newest}


def about(tender: Tender, *, with_rivals: bool, before: dt.datetime | None = None) -> About:
    """What the rules are told of a tender, at a gate and when its award is judged again.

    Every service it buys. Rivals only once the bids are open: before, nobody knows them. Parts in the same
    project are the owner's other awards for the approval, of those made before a moment.
    """
    parts = (
        Award.objects.live()
        .filter(tender__owner=tender.owner_id, tender__approval=tender.approval_id)
        .exclude(tender=tender)
        .order_by("pk")
    )
    if before is not None:
        parts = parts.filter(awarded_at__lt=before)
    others = list(
        parts.order_by("pk", "tender__services__position").values_list(
            "pk", "bid__tenderer", "tender__services__service__code", "tender__ref"
        )
    )
    firms = Entity.objects.in_bulk({key for _pk, key, _code, _ref in others}) if others else {}
    leading, *also = [one.service.code for one in tender.bought]
    bids = list(tender.bids.valid().select_related("tenderer").order_by("pk")) if with_rivals else []
    return About(
        owner=tender.owner,
        service=leading,
        also=tuple(also),
        region=tender.region,
        rivals=tuple(bid.tenderer for bid in bids),
        agents={bid.tenderer.urn: str(bid.submitted_by_id) for bid in bids},
        contacts_at=tender.opened_at if bids else None,
        avoided=tuple(
            Avoided(f"parties.entity/{unit.entity_id}", unit.reason)
            for unit in sorted(tender.avoided_units.all(), key=lambda unit: unit.pk)
        ),
        parts=tuple(Part(firms[key].urn, code, f"tenders.tender/{ref}") for _pk, key, code, ref in others),
        others=tuple(firms[key] for key in {pk: key for pk, key, _code, _ref in others}.values()),
    )
