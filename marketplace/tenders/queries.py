"""Reads of tenders and bids. Nothing here tells how many bids a tender has before it is opened."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from regulation.decoupling.matter import Avoided, Part
from regulation.decoupling.queries import About
from regulation.parties.models import Entity, Membership, Region, Role, User
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Following, RulingBasis, Service, Topic
from regulation.registry.queries import working_calendar

from .life import TAKING, UNPUBLISHED, State
from .models import (
    NEEDED,
    Amendment,
    Appointment,
    AvoidedUnit,
    Award,
    AwardProposal,
    Bid,
    Draw,
    DrawSecret,
    Evaluator,
    ProcedureRule,
    Question,
    Recheck,
    SavedSearch,
    Share,
    Suspension,
    Tender,
    TenderAct,
    TenderService,
    TenderTemplate,
    Trustee,
    states,
)
from .over import over
from .sealing import Key, Unreadable
from .sealing.shamir import value_at

CLOSING = dt.time(17)  # when a deadline falls that is offered
DEFAULT_MINIMUM = dt.timedelta(days=3)
DEFAULT_GRACE = dt.timedelta(days=1)
AFTER_AMENDMENT = dt.timedelta(days=1)
STUCK = dt.timedelta(seconds=20)  # no single bid or award takes a worker so long


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
    """What was done with a tender, in order: from its publication on, or from the draft on."""
    acts = tender.acts.order_by("pk")
    return acts if all_of_them else acts.exclude(to_state__in=[str(state) for state in UNPUBLISHED])


def procedure_rule_for(region: Region, *, on: dt.date) -> ProcedureRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    rules = {r.region_id: r for r in ProcedureRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((rules[code] for code in codes if code in rules), None)


def minimum_bidding(region: Region, *, on: dt.date) -> dt.timedelta:
    """How long bidding stays open at least; three days where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.minimum_bidding if rule else DEFAULT_MINIMUM


def opening_grace(region: Region, *, on: dt.date) -> dt.timedelta:
    """How long after the deadline trustees may take; a day where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.opening_grace if rule else DEFAULT_GRACE


def standing_trustees() -> QuerySet[Trustee]:
    """Who is appointed to the next tender, in the order of their shares."""
    return Trustee.objects.filter(retired_at__isnull=True).select_related("entity").order_by("pk")


def appointed_to(tender: Tender) -> QuerySet[Appointment]:
    """A tender's trustees with their keys, in the order of their shares."""
    return tender.appointments.select_related("trustee__entity", "key").order_by("position")


def seed_of(bid: Bid) -> bytes:
    """The seed of an opened bid, from the shares its trustees handed over. Raises Unreadable."""
    shares = bid.shares.exclude(value__isnull=True).order_by("appointment__position")
    points = {s.appointment.position: bytes(s.value or b"") for s in shares.select_related("appointment")}
    if bid.opened_at is None or len(points) < NEEDED:
        raise Unreadable
    return value_at(0, dict(list(points.items())[:NEEDED]))


def spare_keys(trustee: Trustee) -> int:
    """How many keys of a trustee lie ready for tenders to come."""
    return trustee.keys.filter(appointment__isnull=True).count()


def appointments_running(trustee: Trustee, *, now: dt.datetime) -> QuerySet[Appointment]:
    """Tenders of a trustee whose bids are still sealed and not due: the one that closes first comes first."""
    running = trustee.appointments.filter(
        tender__closes_at__gt=now,
        tender__cancelled_at__isnull=True,
        tender__failed_at__isnull=True,
        tender__void_at__isnull=True,
    )
    return running.select_related("tender", "key").order_by("tender__closes_at", "pk")


def appointments_due(trustee: Trustee, *, now: dt.datetime) -> QuerySet[Appointment]:
    """Tenders whose deadline has passed and whose bids still wait for this trustee's shares."""
    unanswered = (
        Bid.objects.standing()
        .filter(tender=OuterRef("tender"), opened_at__isnull=True)
        .exclude(shares__appointment__trustee=trustee)
    )
    due = trustee.appointments.filter(
        Exists(unanswered),
        tender__closes_at__lte=now,
        tender__opened_at__isnull=True,
        tender__cancelled_at__isnull=True,
        tender__failed_at__isnull=True,
        tender__void_at__isnull=True,
    )
    return due.select_related("tender", "key").order_by("tender__closes_at", "pk")


def draws_waiting_for(trustee: Trustee) -> QuerySet[Draw]:
    """Draws of a trustee's tenders that want its program: to commit before the freeze, to open after it.

    `committed` says whether it did. One for which somebody of the trustee's committed by hand waits for that
    person, not for the program.
    """
    own = DrawSecret.objects.filter(draw=OuterRef("pk"), program=trustee)
    people = Membership.objects.filter(entity=trustee.entity_id, role=Role.TRUSTEE).values("user")
    by_hand = DrawSecret.objects.filter(draw=OuterRef("pk"), trustee__in=people)
    standing = Draw.objects.filter(
        tender__appointments__trustee=trustee, ended_at__isnull=True, drawn_at__isnull=True
    ).annotate(committed=Exists(own))
    wanted = Q(frozen_at__isnull=True) & ~Exists(by_hand) | Exists(own.filter(opened_at__isnull=True))
    going = {f"tender__{end}__isnull": True for end in ("cancelled_at", "failed_at", "void_at", "awarded_at")}
    return standing.filter(wanted, **going).select_related("tender").order_by("known_from", "pk")


def programs_of(draw: Draw) -> list[Trustee]:
    """The trustees of a draw's tender whose programs commit by themselves and have not yet."""
    done = draw.secrets.filter(program__isnull=False).values("program")
    mine = Trustee.objects.filter(appointments__tender=draw.tender_id, identity__isnull=False)
    return list(mine.exclude(pk__in=done).select_related("entity").order_by("pk"))


def answered_by(trustee: Trustee) -> QuerySet[Appointment]:
    """Tenders this trustee has handed over shares for, the newest first."""
    shares = Share.objects.filter(appointment=OuterRef("pk"))
    return (
        trustee.appointments.filter(Exists(shares))
        .annotate(answered_at=Subquery(shares.order_by("-handed_at").values("handed_at")[:1]))
        .select_related("tender")
        .order_by("-answered_at")
    )


def opening_grace_ends(tender: Tender) -> dt.datetime | None:
    """Until when the trustees may come; after it the tender is void unless two came."""
    if tender.closes_at is None:
        return None
    return tender.closes_at + opening_grace(tender.region, on=timezone.localdate(tender.closes_at))


def bids_to_answer(appointment: Appointment, *, now: dt.datetime) -> list[Bid]:
    """The bids of a tender that is due; none before the deadline, so that nobody can count them."""
    tender = appointment.tender
    if tender.closes_at is None or now < tender.closes_at:
        return []
    bids = tender.bids.standing().select_related("tenderer").order_by("ref")
    return list(bids.exclude(shares__appointment=appointment))


def trustee_keys(tender: Tender) -> list[Key]:
    """The public keys bids of this tender are sealed to, in the order of their shares; none, no bid."""
    publics = tender.appointments.order_by("position").values_list("key__public", flat=True)
    return [Key(bytes(public)) for public in publics]


def time_after_amendment(region: Region, *, on: dt.date) -> dt.timedelta:
    """What bidders have at least once the terms are amended; a day where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.after_amendment if rule else AFTER_AMENDMENT


def earliest_deadline(region: Region, *, now: dt.datetime) -> dt.datetime:
    """The first deadline the region's rule allows at five on a working day, for an owner to plan by."""
    day = timezone.localdate(now + minimum_bidding(region, on=timezone.localdate(now)))
    calendar = working_calendar(since=day)
    due = timezone.make_aware(dt.datetime.combine(day, CLOSING))
    if not calendar.is_working(day) or due - now < minimum_bidding(region, on=timezone.localdate(now)):
        due = timezone.make_aware(dt.datetime.combine(calendar.next_working(day), CLOSING))
    return due


def bidding_days(tender: Tender, *, at: dt.datetime) -> int | None:
    """For how many working days bids are taken, of a tender that is public or would be at that moment; None
    without a deadline."""
    if tender.closes_at is None:
        return None
    start, end = (timezone.localdate(day) for day in (tender.published_at or at, tender.closes_at))
    return working_calendar(since=start).count(start, end) if start < end else 0


def deadline_after(region: Region, days: int | None, *, now: dt.datetime) -> dt.datetime:
    """The deadline that leaves so many working days, at five on a working day, and never less than the
    region's rule: what an owner is offered who begins with another tender's terms."""
    earliest = earliest_deadline(region, now=now)
    if not days:
        return earliest
    today = timezone.localdate(now)
    day = working_calendar(since=today).after(today, days)
    return max(earliest, timezone.make_aware(dt.datetime.combine(day, CLOSING)))


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


def awaits_confirmation(bid: Bid) -> bool:
    """Whether the terms were amended after a bid, and its bidder has not let it stand."""
    last = Amendment.objects.filter(tender=bid.tender_id, made_at__gte=bid.submitted_at).last()
    return last is not None and not bid.confirmations.filter(amendment=last).exists()


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


def templates_of(entity: Entity | None, *, service: Service | None = None) -> QuerySet[TenderTemplate]:
    """The templates an entity may begin with, of a service or of all: its own, then the platform's."""
    standing = TenderTemplate.objects.filter(ended_at__isnull=True)
    seen = standing.filter(Q(owner=entity) | Q(owner=None)) if entity else standing.filter(owner=None)
    found = seen.filter(service=service) if service else seen
    return found.select_related("service", "owner").order_by(F("owner").asc(nulls_last=True), "name", "pk")


def searches_of(user: User) -> QuerySet[SavedSearch]:
    """What a user is told of."""
    return SavedSearch.objects.filter(user=user, ended_at__isnull=True).select_related("service", "region")


def searches_for(tender: Tender) -> list[SavedSearch]:
    """Standing searches of active users that a tender fits, by user: one of its services, a region of its
    line, and all words in title, approval or owner."""
    fits = (Q(service=None) | Q(service__in=[one.service_id for one in tender.bought])) & (
        Q(region=None) | Q(region__in=region_and_parents(tender.region_id))
    )
    standing = SavedSearch.objects.filter(fits, ended_at__isnull=True, user__is_active=True)
    texts = [text.casefold() for text in (tender.title, tender.approval.name, tender.owner.name)]
    return [
        one
        for one in standing.select_related("user").order_by("user", "pk")
        if all(any(word.casefold() in text for text in texts) for word in one.q.split())
    ]


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
    """Each tender with its amendments, documents, notices and the units to be avoided, in four queries
    more."""
    return tenders.prefetch_related(
        "amendments",
        "documents",
        "public_notices",
        Prefetch("avoided_units", AvoidedUnit.objects.select_related("entity").order_by("pk")),
    )


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
        avoided=tuple(
            Avoided(f"parties.entity/{unit.entity_id}", unit.reason)
            for unit in sorted(tender.avoided_units.all(), key=lambda unit: unit.pk)
        ),
        parts=tuple(Part(firms[key].urn, code, f"tenders.tender/{ref}") for _pk, key, code, ref in others),
        others=tuple(firms[key] for key in {pk: key for pk, key, _code, _ref in others}.values()),
    )
