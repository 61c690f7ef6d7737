"""Tenders as lists and pages show them, to whom they may be shown."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from regulation.parties.models import Entity, Membership, Role
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Following, RulingBasis, Service, Topic

from ..life import UNPUBLISHED, State
from ..models import (
    AvoidedUnit,
    Award,
    AwardProposal,
    Draw,
    Evaluator,
    Tender,
    TenderAct,
    TenderService,
    states,
)


def in_state(tenders: QuerySet[Tender], *wanted: State, now: dt.datetime) -> QuerySet[Tender]:
    """The tenders in one of the states at a moment; the same rule as `life.state_of`."""
    return tenders.alias(at_state=states(now)).filter(at_state__in=[str(state) for state in wanted])


def public_tenders() -> QuerySet[Tender]:
    """Published tenders with what a list shows, newest first."""
    found = Tender.objects.published().select_related("owner", "approval", "service", "department", "region")
    return with_services(with_award(found))


def tenders_visible_to(acting: Membership | None) -> QuerySet[Tender]:
    """Published ones for everyone, drafts for who acts for the owner, those in review for reviewers."""
    entity_ids = [acting.entity_id] if acting and acting.role == Role.OWNER else []
    reviews = bool(acting and acting.role == Role.REVIEWER)
    return Tender.objects.visible_to(entity_ids, reviews=reviews).select_related(
        "owner", "approval", "service", "department", "region", "ruling", "replaces"
    )


def told_acts(tender: Tender, *, all_of_them: bool) -> QuerySet[TenderAct]:
    """What was done with a tender, in order: from its publication on, or from the draft on; each with its
    public notice, but for what that says."""
    acts = tender.acts.select_related("notice").defer("notice__content").order_by("pk")
    return acts if all_of_them else acts.exclude(to_state__in=[str(state) for state in UNPUBLISHED])


@dataclass(frozen=True, slots=True)
class Cell:
    """How many public tenders stand in a state, for the same services and a region; names for who reads
    Chinese. `services` are codes with their names, the leading one first."""

    state: str
    services: tuple[tuple[str, str], ...]
    region: str
    region_name: str
    count: int


def tender_facets(tenders: QuerySet[Tender], *, now: dt.datetime) -> list[Cell]:
    """Tenders counted by state, services and region together: in one query, and one for the names of those
    that are bought with others."""
    others = TenderService.objects.filter(tender=OuterRef("pk"), position__gt=1).order_by("position")
    several = TenderService.objects.filter(position=2).values("tender")
    also = Case(
        When(pk__in=several, then=ArraySubquery(others.values("service__code"))),
        default=Value([], output_field=ArrayField(CharField())),
    )
    counted = list(
        tenders.order_by()
        .annotate(at_state=states(now), also=also)
        .values_list("at_state", "service__code", "service__name", "also", "region__code", "region__name")
        .annotate(n=Count("pk"))
        .order_by("service__name", "region__code")
    )
    codes = {code for row in counted for code in row[3]}
    names = dict(Service.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return [
        Cell(state, ((code, name), *((one, names[one]) for one in with_it)), region, region_name, n)
        for state, code, name, with_it, region, region_name, n in counted
    ]


def followers_of(tender: Tender) -> QuerySet[Following]:
    """Followings of active users that a tender touches: one of its services, its approval, department, or a
    region of its line."""
    about = (
        Q(topic=Topic.SERVICE, key__in=[one.service.code for one in tender.bought])
        | Q(topic=Topic.APPROVAL, key=tender.approval.ref)
        | Q(topic=Topic.DEPARTMENT, key=str(tender.department_id))
        | Q(topic=Topic.REGION, key__in=region_and_parents(tender.region_id))
    )
    standing = Following.objects.filter(about, ended_at__isnull=True, user__is_active=True)
    return standing.select_related("user").order_by("user", "pk")


def tenders_to_award(entity: Entity, *, now: dt.datetime) -> QuerySet[Tender]:
    """An owner's opened tenders that wait for its award."""
    opened = Tender.objects.filter(owner=entity, opened_at__isnull=False)
    waiting = in_state(opened, State.EVALUATING, now=now)
    return with_services(with_steps(waiting.select_related("auction"))).order_by("opened_at")


def with_steps(tenders: QuerySet[Tender]) -> QuerySet[Tender]:
    """How far each choice is: `proposed` an award, `drawn`, `scored` by everybody on the panel."""
    seats = Evaluator.objects.filter(tender=OuterRef("pk"), recused_at__isnull=True)
    draws = Draw.objects.filter(tender=OuterRef("pk"), ended_at__isnull=True, drawn_at__isnull=False)
    waiting = AwardProposal.objects.filter(tender=OuterRef("pk"), decided_at__isnull=True)
    return tenders.annotate(
        proposed=Exists(waiting),
        drawn=Exists(draws),
        scored=Exists(seats) & ~Exists(seats.filter(handed_in_at__isnull=True)),
    )


def with_award(tenders: QuerySet[Tender]) -> QuerySet[Tender]:
    """Each tender with the award that stands and its winner, in one query more."""
    live = Award.objects.live().select_related("bid__tenderer")
    return tenders.prefetch_related(Prefetch("awards", live, to_attr="live_awards"))


def services_in_order() -> QuerySet[TenderService]:
    """Services of tenders as they stand on them."""
    return TenderService.objects.select_related("service").order_by("position")


def services_relied(tender: Tender) -> list[TenderService]:
    """All a tender buys, the leading service first, each with its ruling and the law behind it."""
    law = Prefetch("ruling__bases", RulingBasis.objects.select_related("provision__instrument"))
    return list(tender.services.select_related("service", "ruling").prefetch_related(law))


def with_services(tenders: QuerySet[Tender]) -> QuerySet[Tender]:
    """Each tender with its services, in one query more."""
    return tenders.prefetch_related(Prefetch("services", services_in_order()))


def with_parts(tenders: QuerySet[Tender]) -> QuerySet[Tender]:
    """Each tender with its amendments, documents and the units to be avoided, in three queries more."""
    return tenders.prefetch_related(
        "amendments",
        "documents",
        Prefetch("avoided_units", AvoidedUnit.objects.select_related("entity").order_by("pk")),
    )
