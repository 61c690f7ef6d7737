"""A price auction: started once, prices by the server's clock, closed when its last round is over."""

import datetime as dt
import secrets
from decimal import Decimal
from string import ascii_uppercase

from django.db import IntegrityError, transaction

from regulation.decoupling.models import Gate, Outcome
from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import choosing_errors as refused
from ..models import Auction, AuctionPrice, AuctionRound, Seat, Tender
from ..rounds import Phase, after_bid, may_bid_at_most, phase, timetable
from ..standing import bids_in_the_running, method_of
from .gating import pass_gates
from .marking import is_being_evaluated

CENT = Decimal("0.01")


def _letters(count: int) -> list[str]:
    """So many different letters, in an order nobody knows beforehand."""
    names = [*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase)][:count]
    secrets.SystemRandom().shuffle(names)
    return names


@transaction.atomic
def start_auction(*, tender: Tender, starts_at: dt.datetime, by: User, at: dt.datetime) -> Auction:
    """Name the moment the first round begins. Every bid passes the gate to get its seat and its letter.

    Raises NotThisMethod, AlreadyStarted, TooFewBidders, KnownTooSoon for a moment that is past.
    """
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    if method_of(locked).needs != "auction" or not is_being_evaluated(locked):
        raise refused.NotThisMethod
    if Auction.objects.filter(tender=locked).exists():
        raise refused.AlreadyStarted
    if starts_at < at:
        raise refused.KnownTooSoon
    running = list(bids_in_the_running(locked))
    passed = pass_gates(running, tender=locked, gate=Gate.DRAW_POOL, by=by, at=at)
    clear = [bid for bid, made in passed if made.outcome == Outcome.CLEAR]
    if len(clear) < 2:
        raise refused.TooFewBidders
    settings = method_of(locked).clean(locked.method_parameters)
    made = Auction.objects.create(tender=locked, rules=settings, starts_at=starts_at, started_by=by)
    AuctionRound.objects.bulk_create(
        AuctionRound(auction=made, number=one.number, starts_at=one.starts, ends_at=one.ends)
        for one in timetable(starts_at, settings)
    )
    Seat.objects.bulk_create(
        Seat(auction=made, bid=bid, letter=letter, price=bid.price, reached_at=bid.submitted_at)
        for bid, letter in zip(clear, _letters(len(clear)), strict=True)
        if bid.price is not None
    )
    body = {
        "auction": made.urn,
        "starts_at": starts_at.isoformat(),
        "settings": settings,
        "bidders": len(clear),
    }
    record(kind="tenders.auction_started", subject=locked, actor=by, body=body)
    return made


def _counted(seat: Seat, nonce: str) -> AuctionPrice | None:
    """A price that was sent before: a line that broke after the answer left sends it again."""
    return AuctionPrice.objects.filter(seat=seat, nonce=nonce).first()


@transaction.atomic
def give_price(*, seat: Seat, price: Decimal, nonce: str, by: User, at: dt.datetime) -> AuctionPrice:
    """Lower one's price. `nonce` names the sending, so that the same one sent again counts once.

    Prices queue at the auction's row: each is judged after the one before. Raises NotInRound, PriceTooHigh.
    """
    auction = Auction.objects.select_for_update(no_key=True).get(pk=seat.auction_id)
    locked = Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
    if again := _counted(locked, nonce):
        return again
    rows = list(auction.rounds.all())
    rounds = [row.as_round() for row in rows]
    now, current = phase(rounds, at)
    if now is not Phase.RUNNING or current is None or auction.closed_at:
        raise refused.NotInRound
    most = may_bid_at_most(locked.price, auction.rules)
    if price <= 0 or price > most or price != price.quantize(CENT):
        raise refused.PriceTooHigh(f"{most:,.2f}")
    leads = not auction.seats.exclude(pk=locked.pk).filter(price__lte=price).exists()
    row = rows[current.number - 1]
    try:
        with transaction.atomic():
            made = AuctionPrice.objects.create(
                seat=locked, round=row, price=price, given_by=by, given_at=at, nonce=nonce
            )
    except IntegrityError as failure:
        if "auction_price_within_its_round" in str(failure):
            raise refused.NotInRound from failure
        raise
    locked.price, locked.reached_at = price, at
    locked.save(update_fields=["price", "reached_at"])
    for row, moved in zip(rows, after_bid(rounds, auction.rules, at=at, leads=leads), strict=True):
        if row.as_round() != moved:
            row.starts_at, row.ends_at, row.extended = moved.starts, moved.ends, moved.extended
            row.save(update_fields=["starts_at", "ends_at", "extended"])
    body = {"auction": auction.urn, "letter": locked.letter, "price": str(price), "round": current.number}
    record(kind="tenders.auction_price", subject=auction.tender, actor=None, body=body)
    return made


@transaction.atomic
def close_auction(*, auction: Auction, at: dt.datetime) -> Auction:
    """Over by the clock: the letters' owners become public. Twice changes nothing. Raises AuctionNotOver."""
    tender = Tender.objects.select_for_update(no_key=True).get(pk=auction.tender_id)
    locked = Auction.objects.select_for_update(no_key=True).get(pk=auction.pk)
    if locked.closed_at:
        return locked
    if phase([row.as_round() for row in locked.rounds.all()], at)[0] is not Phase.OVER:
        raise refused.AuctionNotOver
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    seats = locked.seats.select_related("bid__tenderer").order_by("price", "reached_at")
    body = {
        "auction": locked.urn,
        "order": [[s.letter, str(s.price), s.reached_at.isoformat(), s.bid.tenderer.urn] for s in seats],
    }
    record(kind="tenders.auction_closed", subject=tender, actor=None, body=body)
    return locked
