"""What an owner's tenders and an intermediary's bids ask of it: what next, by when, in which order."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from regulation.parties.models import Entity, Membership, Role

from .life import State
from .life_texts import STATE_WORDS
from .methods import METHODS
from .models import Amendment, Bid, Confirmation, LowPrice, Tender
from .models.tender import states
from .queries import bids_of, in_state, with_services, with_steps

OWNERS_TURN = (
    State.RETURNED,
    State.DRAFT,
    State.REVIEWED,
    State.EVALUATING,
    State.AWARDED,
    State.FAILED,
    State.VOID,
)
BIDDERS_TURN = (State.OPEN, State.POSTPONED, State.EVALUATING, State.STANDSTILL, State.AWARDED)
OVER = (State.CANCELLED, State.CONTRACTED, State.RETENDERED)
LOST = (*OVER, State.FAILED, State.VOID)


@dataclass(frozen=True, slots=True)
class Next:
    """One step: what, by when (exclusive), and the page where it is done, where that is not the row's own."""

    words: str = ""
    due: dt.datetime | None = None
    url: str = ""


def tenders_of(entity: Entity) -> QuerySet[Tender]:
    """All tenders of an owner, drafts included, newest first, each with how many questions are `waiting`."""
    return (
        with_services(with_steps(Tender.objects.filter(owner=entity)))
        .select_related("approval", "region", "auction")
        .annotate(waiting=Count("questions", filter=Q(questions__answered_at__isnull=True)))
        .order_by("-pk")
    )


def bid_board(entity: Entity) -> QuerySet[Bid]:
    """All bids of an intermediary, newest first, each `confirmed` or not after the last amendment."""
    later = Amendment.objects.filter(tender=OuterRef("tender"), made_at__gte=OuterRef("submitted_at"))
    last = later.order_by("-number").values("pk")[:1]
    done = Confirmation.objects.filter(bid=OuterRef("pk"), amendment=OuterRef("last_amendment"))
    asked = LowPrice.objects.filter(
        bid=OuterRef("pk"), answered_at__isnull=True, decided_at__isnull=True, due_at__gt=Now()
    )
    return (
        bids_of(entity)
        .select_related("tender__auction")
        .annotate(last_amendment=Subquery(last), price_asked=Subquery(asked.values("due_at")[:1]))
        .annotate(confirmed=Q(last_amendment__isnull=True) | Exists(done))
    )


def to_review(membership: Membership, *, now: dt.datetime) -> QuerySet[Tender]:
    """Drafts that wait for this person to review or to publish them, the oldest first: those of its entity,
    or of everybody for the platform's reviewer. Whoever wrote one does neither, and nobody does both."""
    waiting = Tender.objects.filter(published_at__isnull=True, submitted_at__isnull=False)
    if membership.role != Role.REVIEWER:
        waiting = waiting.filter(owner=membership.entity)
    by_others = waiting.exclude(created_by=membership.user_id).exclude(reviewer=membership.user_id)
    return (
        with_services(in_state(by_others, State.IN_REVIEW, State.REVIEWED, now=now))
        .select_related("region", "owner")
        .order_by("submitted_at", "pk")
    )


def reviewers_next(state: State) -> Next:
    """What a second or third person does with a draft."""
    return Next(_("Review it, or return it") if state == State.IN_REVIEW else _("Publish it, or return it"))


def owners_turn_first(found: QuerySet[Tender], *, now: dt.datetime) -> QuerySet[Tender]:
    """What the owner has to do something about, then what runs, then what is over; each newest first."""
    ranked = found.alias(at_state=states(now), turn=_rank(OWNERS_TURN, OVER))
    return ranked.order_by("turn", "-pk")


def bidders_turn_first(found: QuerySet[Bid], *, now: dt.datetime) -> QuerySet[Bid]:
    """Bids that live, then what is over or withdrawn; each newest first."""
    ranked = found.alias(at_state=states(now, path="tender__"), turn=_rank(BIDDERS_TURN, LOST))
    gone = Case(When(withdrawn_at__isnull=False, then=Value(1)), default=Value(0))
    return ranked.alias(gone=gone).order_by("gone", "turn", "-pk")


def _rank(first: Iterable[State], last: Iterable[State]) -> Case:
    return Case(
        When(at_state__in=[str(state) for state in first], then=Value(0)),
        When(at_state__in=[str(state) for state in last], then=Value(2)),
        default=Value(1),
    )


def owners_next(tender: Tender, state: State, *, waiting: int, now: dt.datetime) -> Next:
    """What the owner does next."""
    if waiting and state in (State.OPEN, State.CLARIFYING, State.PUBLISHED, State.POSTPONED):
        return Next(_("Answer the questions: %(n)d") % {"n": waiting}, tender.closes_at)
    if state == State.EVALUATING:
        return _to_choose(tender, now)
    words: dict[State, str] = {
        State.DRAFT: _("Complete it and submit it for review"),
        State.RETURNED: _("Change what the reviewer asks, and submit it again"),
        State.IN_REVIEW: _("Wait for the review, by somebody else than its writer"),
        State.REVIEWED: _("Have a third person publish it"),
        State.PUBLISHED: _("Wait until bids are taken"),
        State.CLARIFYING: _("Wait for questions"),
        State.POSTPONED: _("Wait until bids are taken again"),
        State.SUSPENDED: _("Wait for the regulators"),
        State.OPEN: _("Wait for the deadline"),
        State.CLOSED: _("Wait for the opening"),
        State.OPENING: _("Wait for the trustees"),
        State.STANDSTILL: _("Wait until the standstill ends"),
        State.FAILED: _("Tender it again"),
        State.VOID: _("Tender it again"),
        State.AWARDED: _("Sign the contract"),
        State.CONTRACTED: _("Follow the contract"),
    }
    due = {
        State.OPEN: tender.closes_at,
        State.POSTPONED: tender.closes_at,
        State.STANDSTILL: tender.standstill_until,
    }
    return Next(words.get(state, ""), due.get(state))


def _choosing(tender: Tender) -> str:
    return reverse("tenders:choosing", args=[tender.ref])


def _to_choose(tender: Tender, now: dt.datetime) -> Next:
    page = _choosing(tender)
    needs = METHODS[tender.method].needs
    if getattr(tender, "proposed", False):
        return Next(_("A second person approves the proposed award, or turns it down"), url=page)
    if getattr(tender, "drawn", False):
        return Next(_("Drawn; propose the award"), url=page)
    if needs == "scores" and getattr(tender, "scored", False):
        return Next(_("All evaluators handed in; propose the award"), url=page)
    if needs == "auction":
        auction = getattr(tender, "auction", None)
        if auction is None:
            return Next(_("Name when the auction begins"), url=page)
        if auction.closed_at is None:
            due = auction.starts_at if auction.starts_at > now else None
            return Next(_("Wait for the end of the auction"), due, auction.get_absolute_url())
    words = {
        "scores": _("See that the evaluators hand in, then propose the award"),
        "draw": _("Draw in public, then propose the award"),
        "choice": _("Choose a bid and say why"),
    }
    return Next(words.get(needs, _("Award it, or cancel it with a reason")), url=page)


def bidders_next(bid: Bid, state: State, *, now: dt.datetime) -> Next:
    """What the bidder does next."""
    tender = bid.tender
    if bid.withdrawn_at:
        return Next(_("Withdrawn"))
    if state in (State.OPEN, State.POSTPONED, State.SUSPENDED):
        if tender.amendment_no and not getattr(bid, "confirmed", True):
            return Next(_("The terms were amended: confirm your bid, or withdraw it"), tender.closes_at)
        return Next(_("Sealed; you may withdraw it"), tender.closes_at)
    if bid.void_reason:
        return Next(_("Void: %(why)s") % {"why": bid.get_void_reason_display()})
    if state == State.EVALUATING:
        if asked := getattr(bid, "price_asked", None):
            return Next(_("Your price is unusually low: say why it holds"), asked, _choosing(tender))
        auction = getattr(tender, "auction", None)
        if auction is not None and auction.closed_at is None:
            begun = auction.starts_at <= now
            words = _("The auction is on: give your price") if begun else _("The auction begins")
            return Next(words, None if begun else auction.starts_at, auction.get_absolute_url())
        return Next(_("Opened; wait for the award"))
    if state in (State.STANDSTILL, State.AWARDED, State.CONTRACTED):
        award = getattr(tender, "award", None)
        if award and award.bid_id == bid.pk:
            return Next(_("You won"), tender.standstill_until if state == State.STANDSTILL else None)
        if state == State.STANDSTILL:
            return Next(_("Another bid won; you may challenge it"), tender.standstill_until)
        return Next(_("Another bid won"))
    return Next(STATE_WORDS[state] if state in LOST else "")
