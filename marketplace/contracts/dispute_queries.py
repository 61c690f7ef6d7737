"""Reads of disputes, mediators, settlements and early ends."""

import datetime as dt

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from marketplace.payments.books import Account
from marketplace.payments.models import Charge, PostingLine
from marketplace.payments.queries import came_back
from regulation.parties.models import Entity, Membership, Region, Role, User
from regulation.parties.queries import region_and_parents

from .models import (
    Contract,
    Dispute,
    Ending,
    Mediator,
    Milestone,
    MilestoneCharge,
    Proposal,
    Seat,
    Settlement,
    SettlementRule,
)
from .rotation import in_turn


def settlement_rule_for(region: Region, *, on: dt.date) -> SettlementRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    held = {r.region_id: r for r in SettlementRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((held[code] for code in codes if code in held), None)


def standing_dispute(milestone: Milestone) -> Dispute | None:
    return milestone.disputes.standing().first()


def standing_proposal(dispute: Dispute) -> Proposal | None:
    """The newest word on how to split."""
    return dispute.proposals.order_by("-number").first()


def standing_seat(dispute: Dispute) -> Seat | None:
    """Who sits now."""
    return (
        dispute.seats.filter(ended_at__isnull=True).select_related("mediator__body", "mediator__user").first()
    )


def with_contract(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """Each dispute with all that a list or a page tells of it, in two queries more."""
    sitting = Seat.objects.filter(ended_at__isnull=True).select_related("mediator__body")
    return disputes.select_related(
        "settlement",
        "milestone__contract__buyer",
        "milestone__contract__seller",
        "milestone__contract__payer",
        "milestone__contract__service",
        "milestone__contract__region",
        "milestone__contract__award__tender",
    ).prefetch_related(Prefetch("seats", sitting, to_attr="sitting"))


def public_disputes() -> QuerySet[Dispute]:
    """Disputes that ended, the newest first: what came of them is public."""
    return with_contract(Dispute.objects.ended()).order_by("-closed_at", "-pk")


def all_disputes() -> QuerySet[Dispute]:
    """Those that stand before those that ended: for regulators."""
    return with_contract(Dispute.objects.all()).order_by(F("closed_at").desc(nulls_first=True), "-pk")


def disputes_of(entity: Entity) -> QuerySet[Dispute]:
    """Standing disputes of an entity's contracts, the most urgent first."""
    own = (
        Q(milestone__contract__buyer=entity)
        | Q(milestone__contract__seller=entity)
        | Q(milestone__contract__payer=entity)
    )
    return with_contract(Dispute.objects.standing().filter(own)).order_by("cure_until", "pk")


def disputes_in(contract: Contract) -> QuerySet[Dispute]:
    return (
        Dispute.objects.filter(milestone__contract=contract)
        .select_related("milestone", "settlement")
        .order_by("pk")
    )


def mediators(*, on: dt.date) -> QuerySet[Mediator]:
    """Who is on the list on a day, with how many decisions each has made."""
    listed = Mediator.objects.filter(listed__contains=on).select_related("body__region", "user")
    return listed.annotate(decided=Count("seats__decision")).order_by("body__pinyin", "pk")


def to_list() -> QuerySet[Membership]:
    """Who acts for a body as mediator and is not on the list."""
    listed = Mediator.objects.filter(user=OuterRef("user"), listed__upper_inf=True)
    found = Membership.objects.filter(~Exists(listed), role=Role.MEDIATOR, valid__upper_inf=True)
    return found.select_related("user", "entity").order_by("entity__pinyin", "pk")


def candidates_for(dispute: Dispute, *, on: dt.date) -> list[Mediator]:
    """Who may be named next, in turn: on the list, acting for its body, not named in this dispute before."""
    acting = Membership.objects.filter(
        user=OuterRef("user"), entity=OuterRef("body"), role=Role.MEDIATOR, valid__contains=on
    )
    found = (
        Mediator.objects.filter(Exists(acting), listed__contains=on, listed__upper_inf=True)
        .exclude(seats__dispute=dispute)
        .select_related("body__region", "user")
        .annotate(named=Count("seats"))
    )
    by_ref = {one.ref: one for one in found}
    return [by_ref[ref] for ref in in_turn(dispute.ref, ((m.ref, m.named) for m in by_ref.values()))]


def seats_of(user: User, body: Entity) -> QuerySet[Seat]:
    """What a mediator was named for, what waits for it before the rest."""
    found = Seat.objects.filter(mediator__user=user, mediator__body=body)
    return found.select_related(
        "decision", "dispute__milestone__contract__award__tender", "mediator__body"
    ).order_by(F("ended_at").desc(nulls_first=True), F("dispute__closed_at").desc(nulls_first=True), "-pk")


def seats_waiting(user: User, body: Entity) -> QuerySet[Seat]:
    """What a mediator has to answer or decide, the most urgent first."""
    waiting = seats_of(user, body).filter(ended_at__isnull=True, dispute__closed_at__isnull=True)
    return waiting.order_by("answer_by", "pk")


def mediates(user: User, body_pk: int, contract: Contract) -> bool:
    """Whether somebody sits, or sat to the end, in a dispute of the contract."""
    seats = Seat.objects.filter(mediator__user=user, mediator__body=body_pk, ended_at__isnull=True)
    return seats.filter(dispute__milestone__contract=contract).exists()


def cure_over(now: dt.datetime) -> QuerySet[Dispute]:
    """Disputes whose time to agree is over, which was not told yet."""
    over = Dispute.objects.standing().filter(cure_until__lte=now, cure_noted_at__isnull=True)
    over = over.filter(milestone__contract__suspended_at__isnull=True)
    return over.select_related("milestone__contract").order_by("cure_until", "pk")


def without_a_mediator() -> QuerySet[Dispute]:
    """Disputes in which a decision was asked for and nobody sits."""
    sitting = Seat.objects.filter(dispute=OuterRef("pk"), ended_at__isnull=True)
    asked = Dispute.objects.standing().filter(~Exists(sitting), asked_at__isnull=False)
    return with_contract(asked).order_by("asked_at", "pk")


def overdue_seats(now: dt.datetime) -> QuerySet[Seat]:
    """Mediators who did not answer, or did not decide, in time; none while the contract is suspended."""
    late = Q(accepted_at__isnull=True, answer_by__lte=now) | Q(decide_by__lte=now)
    sitting = Seat.objects.filter(late, ended_at__isnull=True, dispute__closed_at__isnull=True)
    sitting = sitting.filter(dispute__milestone__contract__suspended_at__isnull=True)
    return sitting.select_related("dispute__milestone__contract").order_by("answer_by", "pk")


def settlement_of(milestone: Milestone) -> Settlement | None:
    return Settlement.objects.filter(milestone=milestone).first()


def settlements_of(milestones: list[Milestone]) -> dict[int, Settlement]:
    """By milestone, in one query for all."""
    return {one.milestone_id: one for one in Settlement.objects.filter(milestone__in=milestones)}


def ordered_of(charge: Charge, kind: str) -> int:
    """Fen of a charge ordered in a direction, but for what failed or came back."""
    told = charge.orders.filter(kind=kind, failed_at__isnull=True).aggregate(n=Sum("fen"))["n"]
    return int(told or 0) - came_back(charge, kind)


def to_refund(contract: Contract | None = None) -> list[Milestone]:
    """Settled milestones with money held of which a part goes back; none of a suspended contract."""
    held = (
        PostingLine.objects.filter(account=Account.HELD, charge=OuterRef("charge"))
        .order_by()
        .values("charge")
        .annotate(n=Sum("fen"))
        .values("n")
    )
    ready = MilestoneCharge.objects.filter(
        ended_at__isnull=True,
        milestone__settlement__refunded_fen__gt=0,
        milestone__contract__suspended_at__isnull=True,
    ).annotate(held=Subquery(held))
    if contract is not None:
        ready = ready.filter(milestone__contract=contract)
    found = ready.filter(held__gt=0).select_related("milestone__contract").order_by("pk")
    return [one.milestone for one in found[:200]]


def standing_ending(contract: Contract) -> Ending | None:
    """The early end that waits for signatures, or for its grace to be over."""
    waiting = contract.endings.filter(done_at__isnull=True, declined_at__isnull=True)
    return waiting.select_related("milestone").prefetch_related("parts__milestone", "signatures").first()


def ending_done(contract: Contract) -> Ending | None:
    return contract.endings.filter(done_at__isnull=False).select_related("milestone").first()


def standing_demands() -> QuerySet[Ending]:
    """Demands for overdue performance that wait for the end of their grace."""
    waiting = Ending.objects.filter(done_at__isnull=True, declined_at__isnull=True, milestone__isnull=False)
    return waiting.select_related("milestone__contract").order_by("grace_until", "pk")


def paid_in(milestone: Milestone) -> bool:
    """Whether anything was paid in for it."""
    return PostingLine.objects.filter(charge__milestone_charge__milestone=milestone).exists()
