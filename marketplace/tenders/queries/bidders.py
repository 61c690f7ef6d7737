"""What concerns bidders: invitations, questions, their bids and awards."""

import datetime as dt

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from regulation.parties.models import Entity

from ..life import TAKING, State
from ..models import Amendment, Award, Bid, Question, Tender
from .listing import in_state, services_in_order, with_services


def awaits_confirmation(bid: Bid) -> bool:
    """Whether the terms were amended after a bid, and its bidder has not let it stand."""
    last = Amendment.objects.filter(tender=bid.tender_id, made_at__gte=bid.submitted_at).last()
    return last is not None and not bid.confirmations.filter(amendment=last).exists()


def is_invited(tender: Tender, entity: Entity) -> bool:
    """Whether an entity may bid as far as invitations go: everybody in an open tender."""
    return not tender.invited or tender.invitations.filter(entity=entity).exists()


def invitations_to(entity: Entity, *, now: dt.datetime) -> QuerySet[Tender]:
    """Tenders an entity is invited to, that take bids or soon will, and in which it has none."""
    bids = Bid.objects.standing().filter(tender=OuterRef("pk"), tenderer=entity)
    asked = Tender.objects.filter(invited=True, invitations__entity=entity).exclude(Exists(bids))
    return in_state(with_services(asked), *TAKING, State.POSTPONED, now=now).order_by("closes_at")


def questions_for(tender: Tender, *, owner: bool, asker: Entity | None) -> QuerySet[Question]:
    """What was asked: the answered for everyone, all for the owner, and for who asks its own."""
    if owner:
        return tender.questions.order_by("pk")
    seen = Q(answered_at__isnull=False)
    return tender.questions.filter(seen | Q(asker=asker) if asker else seen).order_by("pk")


def standing_bid(tender: Tender, entity: Entity) -> Bid | None:
    """An entity's own standing bid in a tender."""
    return Bid.objects.standing().filter(tender=tender, tenderer=entity).first()


def opened_bids(tender: Tender, *, files: bool = False) -> list[Bid]:
    """What the opening made public: valid bids by price, then void ones. Empty before the opening.

    With `files` each comes with the sealed files beside it, which its owner reads.
    """
    if tender.opened_at is None:
        return []
    opened = tender.bids.opened().select_related("tenderer", "tenderer__intermediary")
    bids = list((opened.prefetch_related("sealed_files") if files else opened).cheapest_first())
    return sorted(bids, key=lambda b: bool(b.void_reason))


def bids_of(entity: Entity) -> QuerySet[Bid]:
    """All bids of an intermediary, newest first."""
    return (
        Bid.objects.filter(tenderer=entity)
        .select_related("tender__region")
        .prefetch_related(Prefetch("tender__services", services_in_order()))
        .prefetch_related(Prefetch("tender__awards", Award.objects.live(), to_attr="live_awards"))
        .order_by("-submitted_at", "-pk")
    )


def awards_of(entity: Entity) -> QuerySet[Award]:
    """Awards an intermediary won, newest first."""
    return (
        Award.objects.live()
        .filter(bid__tenderer=entity)
        .select_related("tender")
        .prefetch_related(Prefetch("tender__services", services_in_order()))
        .order_by("-awarded_at")
    )
