"""What the choice of a bid is made from: reads of evaluations, awards, limits and challenges."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from regulation.parties.models import Entity, Region, User
from regulation.parties.queries import region_and_parents
from regulation.registry.queries import working_calendar

from .life import State
from .limits import Limit, Unit, ends
from .lowness import LowRule
from .methods import METHODS, Candidate, Method
from .models import (
    Auction,
    Award,
    AwardProposal,
    Bid,
    Challenge,
    DirectChoiceRule,
    Draw,
    DrawSecret,
    DrawWitness,
    Evaluation,
    Evaluator,
    InvitationRule,
    LimitKind,
    LowPrice,
    LowPriceRule,
    PublicSource,
    Stage,
    Tender,
    TimeLimit,
)
from .queries import in_state

DEFAULT_LIMITS = {
    LimitKind.STANDSTILL: Limit(3, Unit.DAYS),
    LimitKind.ANSWER: Limit(3, Unit.DAYS),
    LimitKind.COMPLAINT: Limit(10, Unit.DAYS),
    LimitKind.ACCEPTANCE: Limit(3, Unit.WORKING_DAYS),
    LimitKind.DECISION: Limit(30, Unit.WORKING_DAYS),
    LimitKind.JUSTIFY: Limit(24, Unit.HOURS),
}
"""Where no rule is on record; the same as data/time_limits.csv has for the country."""
DEFAULT_LOW = LowRule(of_mean=Decimal(50), of_next=Decimal(50), of_ceiling=Decimal(45))


def rule_of(region: Region, kind: str, *, on: dt.date) -> TimeLimit | None:
    """The time limit in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    held = TimeLimit.objects.filter(region__in=codes, kind=kind, in_force__contains=on)
    by_region = {rule.region_id: rule for rule in held.select_related("provision__instrument")}
    return next((by_region[code] for code in codes if code in by_region), None)


def grounds_in_force(*, on: dt.date) -> QuerySet[DirectChoiceRule]:
    """The rules on direct choice of every region, by ground."""
    held = DirectChoiceRule.objects.filter(in_force__contains=on)
    return held.select_related("region", "provision__instrument").order_by("ground", "region")


def direct_choice_rules(region: Region, *, on: dt.date) -> dict[str, DirectChoiceRule]:
    """By ground, the rule of the nearest region that has one in force on a day."""
    codes = region_and_parents(region.code)
    held = DirectChoiceRule.objects.filter(region__in=codes, in_force__contains=on)
    rules = sorted(held.select_related("provision__instrument"), key=lambda r: -codes.index(r.region_id))
    return {rule.ground: rule for rule in rules}


def invitation_rules(region: Region, *, on: dt.date) -> dict[str, InvitationRule]:
    """By ground, the rule on invitations of the nearest region that has one in force on a day."""
    codes = region_and_parents(region.code)
    held = InvitationRule.objects.filter(region__in=codes, in_force__contains=on)
    rules = sorted(held.select_related("provision__instrument"), key=lambda r: -codes.index(r.region_id))
    return {rule.ground: rule for rule in rules}


def invite_grounds_in_force(*, on: dt.date) -> QuerySet[InvitationRule]:
    """The rules on tenders by invitation of every region, by ground."""
    held = InvitationRule.objects.filter(in_force__contains=on)
    return held.select_related("region", "provision__instrument").order_by("ground", "region")


def due(region: Region, kind: LimitKind, *, start: dt.datetime) -> dt.datetime:
    """When a time limit that begins at a moment ends, exclusive, by the rule then in force."""
    on = timezone.localdate(start)
    rule = rule_of(region, kind, on=on)
    limit = rule.limit if rule else DEFAULT_LIMITS[kind]
    return ends(start, limit, working_calendar(since=on))


def low_rule_of(region: Region, *, on: dt.date) -> LowPriceRule | None:
    """The rule on abnormally low prices in force in the nearest region that has one."""
    codes = region_and_parents(region.code)
    held = LowPriceRule.objects.filter(region__in=codes, in_force__contains=on)
    by_region = {rule.region_id: rule for rule in held.select_related("provision__instrument")}
    return next((by_region[code] for code in codes if code in by_region), None)


def low_rule(region: Region, *, on: dt.date) -> LowRule:
    """As the pure test takes it; 50 percent of the mean or the next price, 45 of the ceiling by default."""
    rule = low_rule_of(region, on=on)
    return rule.rule if rule else DEFAULT_LOW


def method_of(tender: Tender) -> Method:
    return METHODS[tender.method]


def bids_in_the_running(tender: Tender) -> list[Bid]:
    """Valid bids that nothing took out, in a fixed order."""
    return list(tender.bids.in_the_running().select_related("tenderer").order_by("pk"))


def standing_draw(tender: Tender) -> Draw | None:
    return tender.draws.filter(ended_at__isnull=True).first()


def draws_waiting_for(user: User, *, now: dt.datetime, most: int) -> list[tuple[Draw, str]]:
    """Draws in which somebody still has a part: "enter" and "confirm" as a witness, "open" as a trustee."""
    going = Draw.objects.filter(ended_at__isnull=True, frozen_at__isnull=False).select_related("tender")
    known = going.filter(known_from__lte=now)
    asked = {
        "enter": known.filter(
            source=PublicSource.WITNESSES,
            value_at__isnull=True,
            witnesses__in=DrawWitness.objects.filter(user=user, entered_at__isnull=True),
        ),
        "open": known.filter(
            value_at__isnull=False,
            secrets__in=DrawSecret.objects.filter(trustee=user, opened_at__isnull=True),
        ),
        "confirm": going.filter(
            drawn_at__isnull=False,
            witnesses__in=DrawWitness.objects.filter(user=user, confirmed_at__isnull=True),
        ),
    }
    return [(draw, what) for what, found in asked.items() for draw in found.order_by("known_from")[:most]]


def replaced_by(tender: Tender) -> Tender | None:
    """The public tender by which one that came to nothing was replaced."""
    return Tender.objects.filter(replaces=tender, published_at__isnull=False).order_by("-pk").first()


def auction_of(tender: Tender) -> Auction | None:
    return Auction.objects.filter(tender=tender).first()


def panel(tender: Tender) -> list[Evaluator]:
    """Who evaluates, recused ones left out."""
    return list(tender.evaluators.filter(recused_at__isnull=True).select_related("user").order_by("pk"))


def all_handed_in(tender: Tender) -> bool:
    """Whether every evaluator has, and there are enough: before that nobody sees another's scores."""
    seats = panel(tender)
    needed = method_of(tender).clean(tender.method_parameters).get("evaluators", 1)
    return len(seats) >= needed and all(one.handed_in_at for one in seats)


def marks_of(tender: Tender) -> dict[int, dict[str, list[Decimal]]]:
    """By bid and criterion the points of each evaluator, in the order of their seats."""
    marks: dict[int, dict[str, list[Decimal]]] = {}
    for one in panel(tender):
        for score in one.scores.order_by("criterion", "pk"):
            marks.setdefault(score.bid_id, {}).setdefault(score.criterion, []).append(score.points)
    return marks


def candidates_of(tender: Tender, *, chosen: int | None = None) -> list[Candidate]:
    """The bids in the running as the tender's method sees them; `chosen` is a direct choice."""
    method = method_of(tender)
    marks = marks_of(tender) if method.needs == "scores" else {}
    draw = standing_draw(tender) if method.needs == "draw" else None
    places = {draw.bids[name]: n for n, name in enumerate(draw.outcome, 1)} if draw else {}
    seats = {s.bid_id: s for s in tender.auction.seats.all()} if method.needs == "auction" else {}
    made = []
    for bid in bids_in_the_running(tender):
        if bid.price is None or (method.needs == "auction" and bid.pk not in seats):
            continue
        seat = seats.get(bid.pk)
        made.append(
            Candidate(
                key=bid.pk,
                price=seat.price if seat else bid.price,
                submitted_at=bid.submitted_at,
                days=bid.days or 0,
                digest=bid.envelope_digest,
                marks=marks.get(bid.pk, {}),
                place=places.get(bid.pk, 1 if bid.pk == chosen else None),
                reached_at=seat.reached_at if seat else None,
            )
        )
    return made


def waiting_proposal(tender: Tender) -> AwardProposal | None:
    waiting = AwardProposal.objects.filter(tender=tender, decided_at__isnull=True)
    return waiting.select_related("bid__tenderer", "evaluation", "proposed_by").first()


def last_evaluation(tender: Tender) -> Evaluation | None:
    return tender.evaluations.order_by("-number").first()


def award_is_final(award: Award) -> bool:
    """Whether a contract may follow: the standstill over, nothing holding it up."""
    return award.final_at is not None and award.ended_at is None


def final_award(tender: Tender) -> Award | None:
    """The award a contract may be made on."""
    return tender.awards.final().select_related("bid__tenderer").first()


def awards_to_finish(now: dt.datetime) -> QuerySet[Award]:
    """Awards of tenders that are awarded at the moment, their standstill over; no challenge holds them up."""
    awarded = in_state(Tender.objects.filter(awarded_at__isnull=False), State.AWARDED, now=now)
    over = Award.objects.live().filter(final_at__isnull=True, tender__in=awarded)
    return over.exclude(tender__challenges__holds_up=True).order_by("pk")


def may_challenge(tender: Tender, entity: Entity, award: Award, *, now: dt.datetime) -> bool:
    """A bidder whose bid was opened, other than the winner, within the standstill, once an award.

    The standstill is the tender's: the time it was suspended is given back.
    """
    until = tender.standstill_until
    return (
        until is not None
        and award.awarded_at <= now < until
        and award.ended_at is None
        and award.bid.tenderer_id != entity.pk
        and tender.bids.opened().filter(tenderer=entity).exists()
        and not award.challenges.filter(challenger=entity).exists()
    )


def stage_of(challenge: Challenge, *, now: dt.datetime) -> Stage:
    """Where a challenge stands at a moment."""
    if challenge.decided_at:
        return Stage.DECIDED
    if challenge.accepted_at:
        return Stage.TAKEN_UP if challenge.accepted else Stage.REFUSED
    if challenge.complained_at:
        return Stage.COMPLAINED
    if challenge.answered_at:
        return Stage.ANSWERED
    return Stage.OVERDUE if now >= challenge.answer_due_at else Stage.WAITING


def challenges_to_answer(entity: Entity) -> QuerySet[Challenge]:
    """Challenges an owner has not answered, the most urgent first."""
    open_ones = Challenge.objects.filter(tender__owner=entity, answered_at__isnull=True)
    return (
        open_ones.filter(complained_at__isnull=True)
        .select_related("tender", "challenger")
        .order_by("answer_due_at")
    )


def complaints_to_decide() -> QuerySet[Challenge]:
    """Complaints regulators have to take up or decide, the oldest first."""
    filed = Challenge.objects.filter(complained_at__isnull=False, decided_at__isnull=True).exclude(
        accepted=False
    )
    return filed.select_related("tender__owner", "challenger").order_by("complained_at")


def result_for(tender: Tender, bid: Bid) -> Mapping[str, object] | None:
    """What a bidder reads of its own place: rank, score, and the gap to the winner's price."""
    award = tender.award
    evaluation = award.evaluation if award else None
    if award is None or evaluation is None:
        return None
    row = next((r for r in evaluation.standing if r["bid"] == bid.pk), None)
    own = Decimal(row["price"]) if row else bid.price
    left = next((r for r in evaluation.left if r["bid"] == bid.pk), None)
    over = next((r for r in award.passed_over if r["bid"] == bid.pk), None)
    return {
        "row": row,
        "won": award.bid_id == bid.pk,
        "of": len(evaluation.standing),
        "gap": own - award.price if own is not None else None,
        "left": left,
        "passed_over": over,
        "winner": next((r for r in evaluation.standing if r["bid"] == award.bid_id), None),
    }


def prices_to_justify(entity: Entity, *, now: dt.datetime) -> QuerySet[LowPrice]:
    """Prices a bidder is asked about and still may explain, the most urgent first."""
    asked = LowPrice.objects.filter(bid__tenderer=entity, answered_at__isnull=True, decided_at__isnull=True)
    return asked.filter(due_at__gt=now).select_related("bid__tender").order_by("due_at", "pk")


def evaluator_of(tender: Tender, user: User) -> Evaluator | None:
    """The seat somebody has on a tender's panel."""
    return tender.evaluators.filter(user=user, recused_at__isnull=True).first()


def tenders_to_score(user: User) -> QuerySet[Evaluator]:
    """Seats in which somebody still has to hand in scores."""
    open_seats = Evaluator.objects.filter(user=user, handed_in_at__isnull=True, recused_at__isnull=True)
    going = Q(tender__opened_at__isnull=False, tender__awarded_at__isnull=True)
    return open_seats.filter(
        going, tender__failed_at__isnull=True, tender__void_at__isnull=True
    ).select_related("tender")
