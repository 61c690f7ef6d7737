"""Reads of reviews, objections and complaints. What is sealed is in none of them."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from regulation.parties.models import Entity, Region, User
from regulation.parties.queries import region_and_parents

from .anomalies import Given, Objected
from .credit import Rated, Weighing
from .indicators import By, mark
from .models import Contract, Plea, PleaKind, PleaOutcome, Review, ReviewRound, ReviewRule


def review_rule_for(region: Region | None, *, on: dt.date) -> ReviewRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code) if region else ["000000"]
    held = {r.region_id: r for r in ReviewRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((held[code] for code in codes if code in held), None)


def weighing_of(rule: ReviewRule) -> Weighing:
    """A rule as credit.py reckons by it."""
    weights = {
        By.BUYER.value: rule.weight_buyer,
        By.DEPARTMENT.value: rule.weight_department,
        By.CENTRE.value: rule.weight_centre,
    }
    return Weighing(
        weights=weights,
        ages=tuple((int(days), Fraction(weight)) for days, weight in rule.ages),
        least_contracts=rule.least_contracts,
        least_buyers=rule.least_buyers,
        stars=tuple((int(level), Decimal(least)) for level, least in rule.stars),
    )


def round_of(contract: Contract) -> ReviewRound | None:
    return ReviewRound.objects.filter(contract=contract).select_related("rule").first()


def reviews_of(contract: Contract) -> list[Review]:
    """Who has reviewed, in order; their contents once they are disclosed, with replies and objections."""
    held = contract.reviews.select_related("entity", "by").order_by("pk")
    told = round_of(contract)
    if told is None or told.disclosed_at is None:
        return list(held)
    return list(held.select_related("content", "reply").prefetch_related("objections"))


def disclosed() -> QuerySet[Review]:
    """Reviews anybody may read, the newest first."""
    found = Review.objects.filter(contract__review_round__disclosed_at__isnull=False)
    return (
        found.select_related(
            "content",
            "reply",
            "entity",
            "contract__award__tender",
            "contract__service",
            "contract__seller",
            "contract__buyer",
            "contract__review_round",
        )
        .prefetch_related("objections")
        .order_by("-contract__review_round__disclosed_at", "-pk")
    )


def reviews_about(entity: Entity) -> QuerySet[Review]:
    """Disclosed reviews of an intermediary's work, the newest first."""
    return disclosed().filter(contract__seller=entity).exclude(side=By.SELLER)


def _unreviewed(side: str) -> QuerySet[ReviewRound]:
    done = Review.objects.filter(contract=OuterRef("contract"), side=side, number=1)
    waiting = ReviewRound.objects.filter(~Exists(done), until__gt=Now())
    return waiting.select_related("contract__award__tender", "contract__seller", "contract__buyer").order_by(
        "until", "pk"
    )


def to_review(entity: Entity, *, sells: bool) -> QuerySet[ReviewRound]:
    """What an entity has still to review: as the intermediary, or as buyer."""
    if sells:
        return _unreviewed(By.SELLER).filter(contract__seller=entity)
    return _unreviewed(By.BUYER).filter(contract__buyer=entity)


def to_review_as_department(entity: Entity) -> QuerySet[ReviewRound]:
    """Work for its approvals that a department has not reviewed yet."""
    mine = _unreviewed(By.DEPARTMENT).filter(contract__department=entity)
    return mine.exclude(contract__buyer=entity)


def to_review_as_centre(user: User) -> QuerySet[ReviewRound]:
    """What the centre has not reviewed, of contracts this person acts for no party of."""
    entities = list(user.memberships.values_list("entity", flat=True))
    parties = Q(contract__buyer__in=entities) | Q(contract__seller__in=entities)
    tied = parties | Q(contract__payer__in=entities) | Q(contract__department__in=entities)
    found = _unreviewed(By.CENTRE)
    return found.exclude(tied) if entities else found


def to_raise(entity: Entity) -> QuerySet[Contract]:
    """Contracts a buyer may raise its review of: the intermediary has mended."""
    raised = Review.objects.filter(contract=OuterRef("pk"), number=2)
    found = Contract.objects.filter(~Exists(raised), buyer=entity, repair__raise_until__gt=Now())
    return found.select_related("repair", "award__tender").order_by("repair__raise_until", "pk")


def to_disclose(now: dt.datetime) -> QuerySet[ReviewRound]:
    """Rounds whose time is over and that are sealed still."""
    found = ReviewRound.objects.filter(disclosed_at__isnull=True, until__lte=now)
    return found.select_related("contract").order_by("until", "pk")


def pleas() -> QuerySet[Plea]:
    """Objections and complaints, the newest first."""
    found = Plea.objects.select_related(
        "contract__award__tender",
        "contract__seller",
        "contract__buyer",
        "contract__department",
        "review",
        "raised_by",
        "proposed_by",
    )
    return found.order_by("-raised_at", "-pk")


def pleas_to_reply(entity: Entity, *, sells: bool) -> QuerySet[Plea]:
    """What an entity may still reply to."""
    open_ = pleas().filter(decided_at__isnull=True, replied_at__isnull=True, reply_until__gt=Now())
    if sells:
        return open_.filter(contract__seller=entity).exclude(side=By.SELLER).order_by("reply_until", "pk")
    own = Q(contract__buyer=entity, review__side=By.BUYER)
    own |= Q(contract__department=entity, review__side=By.DEPARTMENT)
    return open_.filter(own, side=By.SELLER).order_by("reply_until", "pk")


def pleas_to_decide(user: User) -> QuerySet[Plea]:
    """What one of the centre's people can propose or decide now, the most urgent first."""
    ready = Q(replied_at__isnull=False) | Q(reply_until__lte=Now())
    found = pleas().filter(ready, decided_at__isnull=True).exclude(proposed_by=user)
    return found.order_by("due_at", "pk")


def verified_complaints(entity: Entity, *, since: dt.datetime) -> QuerySet[Plea]:
    """Complaints about an intermediary's work that were verified since a moment, the oldest first."""
    found = Plea.objects.filter(
        kind=PleaKind.COMPLAINT, contract__seller=entity, outcome=PleaOutcome.UPHELD, decided_at__gte=since
    )
    return found.order_by("decided_at", "pk")


def _set_aside(now: dt.datetime) -> Q:
    """Reviews that do not count: their objection was upheld, or the centre let its time to decide run out."""
    late = Q(decided_at__isnull=True, due_at__lte=now)
    upheld = Q(decided_at__isnull=False, outcome=PleaOutcome.UPHELD)
    return Q(Exists(Plea.objects.filter(late | upheld, review=OuterRef("pk"))))


def counting(now: dt.datetime) -> QuerySet[Review]:
    """Disclosed reviews of work that count; a raised one comes after the first of its side."""
    found = Review.objects.filter(~_set_aside(now), contract__review_round__disclosed_at__isnull=False)
    return found.exclude(side=By.SELLER).select_related("content").order_by("number", "pk")


def marks_of(contract: Contract, *, now: dt.datetime) -> dict[str, Fraction]:
    """The marks of one contract that count, by who gave them."""
    return {one.side: mark(one.side, one.content.scores) for one in counting(now).filter(contract=contract)}


def rated(entity: Entity, *, now: dt.datetime) -> list[Rated]:
    """What counts for an intermediary's credit, by contract; a raised review in place of the first."""
    found = counting(now).filter(contract__seller=entity).select_related("contract__review_round")
    told: dict[str, tuple[Contract, dict[str, Fraction]]] = {}
    for one in found:
        _contract, marks = told.setdefault(one.contract.ref, (one.contract, {}))
        marks[one.side] = mark(one.side, one.content.scores)
    return [
        Rated(ref, str(contract.buyer_id), day_of(contract), marks)
        for ref, (contract, marks) in sorted(told.items())
    ]


def day_of(contract: Contract) -> dt.date:
    """The day on which a contract's reviews were disclosed, here."""
    return timezone.localdate(contract.review_round.disclosed_at)


def given_between(*, seller: Entity, buyer: Entity) -> tuple[list[Given], list[Objected]]:
    """Disclosed reviews two parties gave each other, and what they objected to or complained of."""
    found = disclosed().filter(
        contract__seller=seller, contract__buyer=buyer, side__in=[By.BUYER, By.SELLER], number=1
    )
    given = [
        Given(
            giver=str(one.contract.buyer_id if one.side == By.BUYER else one.contract.seller_id),
            taker=str(one.contract.seller_id if one.side == By.BUYER else one.contract.buyer_id),
            contract=one.contract.ref,
            mark=mark(one.side, one.content.scores),
            written=one.at,
            known=one.contract.review_round.disclosed_at,  # type: ignore[arg-type]
        )
        for one in found
    ]
    put = Plea.objects.filter(
        contract__seller=seller, contract__buyer=buyer, side__in=[By.BUYER, By.SELLER]
    ).select_related("contract", "review")
    objected = [
        Objected(
            by=str(one.contract.seller_id if one.side == By.SELLER else one.contract.buyer_id),
            against=str(one.contract.buyer_id if one.side == By.SELLER else one.contract.seller_id),
            contract=one.contract.ref,
            at=one.raised_at,
        )
        for one in put
        if one.review is None or one.review.side in (By.BUYER, By.SELLER)
    ]
    return given, objected


def sellers_reviewed() -> list[int]:
    """Entities whose work was reviewed, by key."""
    found = ReviewRound.objects.filter(disclosed_at__isnull=False).order_by("contract__seller")
    return list(found.values_list("contract__seller", flat=True).distinct())
