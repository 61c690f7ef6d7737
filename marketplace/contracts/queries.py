"""Reads of contracts."""

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from marketplace.payments.books import Account
from marketplace.payments.models import Charge, Hold, Order, PostingLine
from marketplace.payments.queries import balances_of
from marketplace.tenders.limits import Limit, ends
from marketplace.tenders.models import TenderService
from marketplace.tenders.queries import services_in_order
from regulation.parties.models import Entity, Membership, Region, Role, User
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Service
from regulation.registry.queries import working_calendar

from .models import (
    Change,
    Contract,
    ContractRule,
    Invoice,
    Milestone,
    MilestoneCharge,
    PartialUpload,
    Schedule,
    Settlement,
    Signature,
    Submission,
    Version,
    Wording,
)

SIDES = ("buyer", "seller", "payer")
DAY = dt.timedelta(days=1)


def rule_for(region: Region, *, on: dt.date) -> ContractRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    held = {r.region_id: r for r in ContractRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((held[code] for code in codes if code in held), None)


def services_contracted() -> QuerySet[Service]:
    """Services that contracts are for, alone or with others."""
    bought = TenderService.objects.filter(tender__awards__contract__isnull=False)
    return Service.objects.filter(pk__in=bought.values("service"))


def tenders_of(service: Service) -> Any:
    """The tenders that buy a service, alone or with others, for a subquery."""
    return TenderService.objects.filter(service=service).values("tender")


def schedule_for(service: Service | None, *, on: dt.date) -> Schedule | None:
    """The schedule of a service on a day, or the one for every other; that too where None is given."""
    held = Schedule.objects.filter(Q(service=service) | Q(service__isnull=True), in_force__contains=on)
    return held.order_by(F("service").asc(nulls_last=True)).first()


def wording_for(service: Service | None, *, on: dt.date) -> Wording | None:
    """The newest standard text used on a day: the service's own, or the one for every other; that too where
    None is given."""
    held = Wording.objects.filter(Q(service=service) | Q(service__isnull=True), starts_on__lte=on)
    return held.order_by(F("service").asc(nulls_last=True), "-starts_on").first()


def ends_at(start: dt.datetime, limit: Limit) -> dt.datetime:
    """When a limit that begins at a moment ends, exclusive, by the working calendar."""
    return ends(start, limit, working_calendar(since=timezone.localdate(start)))


def due_day(start: dt.datetime, days: int) -> dt.date:
    """The last of so many working days that begin at a moment."""
    began = timezone.localdate(start)
    return working_calendar(since=began).after(began, days)


def days_lost(since: dt.datetime, until: dt.datetime) -> int:
    """The working days on which something stood still, even in part."""
    first = timezone.localdate(since)
    return working_calendar(since=first).count(first, timezone.localdate(until) + DAY)


def later_day(day: dt.date, count: int) -> dt.date:
    """The day so many working days later."""
    return working_calendar(since=day).after(day, count)


def days_given_back(start: dt.datetime, days: int, due_on: dt.date | None) -> int:
    """By how many working days a day set by `due_day` was moved since."""
    planned = due_day(start, days)
    if due_on is None or due_on <= planned:
        return 0
    return working_calendar(since=planned).count(planned + DAY, due_on + DAY)


def with_sides(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    return contracts.select_related(
        "buyer", "seller", "payer", "department", "service", "approval", "region", "award__tender"
    ).prefetch_related(Prefetch("award__tender__services", services_in_order()))


def contracts_visible_to(membership: Membership | None, *, staff: bool = False) -> QuerySet[Contract]:
    """Signed ones for everyone; the others for their sides and for regulators."""
    own = [membership.entity_id] if membership and membership.role in (Role.OWNER, Role.AGENT) else []
    oversees = staff or bool(membership and membership.role == Role.REGULATOR)
    return with_sides(Contract.objects.visible_to(own, oversees=oversees)).select_related(
        "rule", "wording__service", "ruling", "gate", "suspended_by_check"
    )


def contracts_of(entity: Entity) -> QuerySet[Contract]:
    """What an entity buys, sells or pays, the newest first."""
    return with_sides(Contract.objects.of_sides([entity.pk])).order_by("-pk")


OVER = Q(completed_at__isnull=False) | Q(terminated_at__isnull=False)
"""Contracts whose work is over."""


def awards_over() -> Q:
    """A condition on awards: the work of their contract is over."""
    return Q(Exists(Contract.objects.filter(OVER, award=OuterRef("pk"), signed_at__isnull=False)))


def signed_contracts() -> QuerySet[Contract]:
    """Every signed contract, the newest first, each with the fen `sent_back` by settlements."""
    back = (
        Settlement.objects.filter(milestone__contract=OuterRef("pk")).order_by().values("milestone__contract")
    )
    told = Coalesce(Subquery(back.annotate(n=Sum("refunded_fen")).values("n")), 0)
    return with_sides(Contract.objects.signed()).annotate(sent_back=told).order_by("-signed_at", "-pk")


def running_contracts() -> QuerySet[Contract]:
    """Drawn up or signed, and neither lapsed nor ended nor complete; in order of keys."""
    running = Contract.objects.filter(
        lapsed_at__isnull=True, terminated_at__isnull=True, completed_at__isnull=True
    )
    return running.select_related(
        "award__bid__tenderer", "award__tender__department", "award__tender__owner"
    ).order_by("pk")


def contracts_over(entities: list[int] | None) -> QuerySet[Contract]:
    """Signed contracts whose work is over, of these sellers or of anyone where None; in order of keys."""
    found = Contract.objects.filter(OVER, signed_at__isnull=False)
    found = found if entities is None else found.filter(seller__in=entities)
    return found.select_related(
        "award__bid__tenderer", "award__tender__department", "award__tender__owner"
    ).order_by("pk")


def contract_of(award_pk: int) -> Contract | None:
    return Contract.objects.filter(award=award_pk).first()


def latest_version(contract: Contract) -> Version | None:
    """What lies before the sides, or was signed."""
    return contract.versions.filter(number=contract.version_no).first() if contract.version_no else None


def signatures_of(version: Version | None) -> dict[str, Signature]:
    """By side."""
    if version is None:
        return {}
    return {s.side: s for s in version.signatures.select_related("entity", "signed_by")}


def milestones_of(contract: Contract) -> list[Milestone]:
    return list(contract.milestones.order_by("position"))


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


def register() -> QuerySet[Milestone]:
    """The public register: accepted milestones of signed contracts, the newest first. Never a file."""
    found = Milestone.objects.filter(contract__signed_at__isnull=False, accepted_at__isnull=False)
    found = found.annotate(invoiced=Exists(Invoice.objects.filter(milestone=OuterRef("pk"))))
    found = found.prefetch_related(Prefetch("contract__award__tender__services", services_in_order()))
    return found.select_related(
        "contract__seller",
        "contract__buyer",
        "contract__region",
        "contract__award__tender",
    ).order_by("-accepted_at", "-pk")


def handed_in(milestones: list[Milestone]) -> dict[int, list[Any]]:
    """By milestone what was handed in for it, with files and answers, in three queries for all."""
    found = Submission.objects.filter(milestone__in=milestones).select_related("answer", "submitted_by")
    told: dict[int, list[Any]] = {one.pk: [] for one in milestones}
    for one in found.prefetch_related(Prefetch("files")).order_by("pk"):
        told[one.milestone_id].append(one)
    return told


def uploads_of(user: User, contract: Contract) -> QuerySet[PartialUpload]:
    """What a person has begun to upload for a contract, the newest first, with how many parts came."""
    found = PartialUpload.objects.filter(user=user, contract=contract)
    return found.annotate(came=Count("parts"), bytes=Coalesce(Sum("parts__size"), 0)).order_by("-pk")


def charge_of(milestone: Milestone) -> Charge | None:
    """What is owed for a milestone now."""
    held = milestone.charges.filter(ended_at__isnull=True).select_related("charge").first()
    return held.charge if held else None


def held_for(charge: Charge) -> int:
    """Fen held for a charge that no standing order takes out."""
    told = balances_of([charge.pk])[charge.pk][Account.HELD]
    waiting = charge.orders.filter(
        kind__in=["release", "refund"], failed_at__isnull=True, posting__isnull=True
    ).aggregate(n=Sum("fen"))["n"]
    return int(told) - int(waiting or 0)


def money_of(milestones: list[Milestone]) -> dict[int, dict[str, Any]]:
    """By milestone its charge and what lies where, in two queries for all."""
    found = MilestoneCharge.objects.filter(milestone__in=milestones, ended_at__isnull=True)
    charges = {one.milestone_id: one.charge for one in found.select_related("charge")}
    told = balances_of(charge.pk for charge in charges.values())
    return {pk: {"charge": charge, **told[charge.pk]} for pk, charge in charges.items()}


def paid_out(milestones: list[Milestone]) -> dict[int, int]:
    """By milestone the fen that came to the seller, the fee of the site included."""
    money = money_of(milestones)
    nothing: dict[str, int] = {}
    return {
        m.pk: int(sum(money.get(m.pk, nothing).get(a, 0) for a in (Account.INTERMEDIARY, Account.FEE)))
        for m in milestones
    }


def to_pay_out(contract: Contract | None = None) -> list[Milestone]:
    """Accepted or settled milestones with money held that no order takes out, and no suspended contract's."""
    held = (
        PostingLine.objects.filter(account=Account.HELD, charge=OuterRef("charge"))
        .order_by()
        .values("charge")
        .annotate(n=Sum("fen"))
        .values("n")
    )
    ordered = Order.objects.filter(
        charge=OuterRef("charge"), kind="release", failed_at__isnull=True, posting__isnull=True
    )
    ready = MilestoneCharge.objects.filter(
        Q(milestone__accepted_at__isnull=False) | Q(milestone__settlement__released_fen__gt=0),
        ~Exists(ordered),
        ~Exists(Hold.objects.filter(charge=OuterRef("charge"), ended_at__isnull=True)),
        ended_at__isnull=True,
        milestone__contract__suspended_at__isnull=True,
        milestone__contract__completed_at__isnull=True,
    ).annotate(held=Subquery(held))
    if contract is not None:
        ready = ready.filter(milestone__contract=contract)
    found = ready.filter(held__gt=0).select_related("milestone__contract").order_by("pk")
    return [one.milestone for one in found[:200]]


def comes_to(contract: Contract) -> int:
    """Fen that the contract comes to: its price, less what settlements send back."""
    found = Settlement.objects.filter(milestone__contract=contract)
    return int(contract.price * 100) - int(found.aggregate(n=Sum("refunded_fen"))["n"] or 0)


def standing_change(contract: Contract) -> Change | None:
    """The change that waits for its answer."""
    waiting = contract.changes.filter(agreed_at__isnull=True, declined_at__isnull=True)
    return waiting.select_related("version").first()


def price_history(contract: Contract) -> list[Version]:
    """The versions that held, the first that was signed before the rest: how the price moved."""
    held = contract.versions.filter(Q(change__agreed_at__isnull=False) | Q(change__isnull=True))
    return list(held.filter(number__lte=contract.version_no).select_related("change").order_by("number"))
