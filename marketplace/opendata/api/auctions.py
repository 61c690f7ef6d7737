"""Price auctions: anybody watches, whoever has a seat lowers its price. Names only once it is closed."""

import hashlib
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.tenders.choosing_forms import AuctionForm, PriceForm
from marketplace.tenders.models import Auction, Seat, Tender
from marketplace.tenders.operations import give_price, start_auction
from marketplace.tenders.rounds import may_bid_at_most
from marketplace.tenders.watching import Reading, reading_of, shared
from regulation.ledger.queries import database_now

from .bids import bidder
from .bodies import filled
from .drafting import owned, who
from .repeating import HEADER
from .routes import reads, writes
from .shapes import EntityShape, Moment, Money, address, entity, money
from .tenders import seen

TAG = "auctions"


class RoundShape(Schema):
    """[starts_at, ends_at); `extended`: how often a late price moved its end."""

    number: int
    starts_at: Moment
    ends_at: Moment
    extended: int


class SeatShape(Schema):
    """A bidder under its letter, the lowest price first. Until the auction is closed there is no `entity`,
    and a price only once it was given here: a sealed price is known with its bidder's name."""

    letter: str
    price: Money | None
    reached_at: Moment | None
    entity: EntityShape | None


class AuctionShape(Schema):
    """`phase` is waiting, running, paused or over; `edge` when it ends; `now` the server's clock."""

    tender: str
    now: Moment
    phase: str
    round: int | None
    edge: Moment | None
    starts_at: Moment
    closed_at: Moment | None
    rules: dict[str, Any]
    rounds: list[RoundShape]
    seats: list[SeatShape]
    lowest: Money | None
    address: str


class OwnSeat(Schema):
    """Your letter and price; `at_most` is the highest price you may give next."""

    letter: str
    price: Money
    at_most: Money
    reached_at: Moment


class NextPriceForm(PriceForm):
    """One price; the Idempotency-Key names the sending."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["nonce"]


def _auction(tender: Tender) -> Auction:
    found = get_object_or_404(Auction.objects.prefetch_related("rounds"), tender=tender)
    found.tender = tender
    return found


def _told(held: Auction, read: Reading) -> dict[str, Any]:
    return {
        "tender": held.tender.ref,
        "now": read.now,
        "phase": str(read.phase),
        "round": read.current.number if read.current else None,
        "edge": read.edge,
        "starts_at": held.starts_at,
        "closed_at": held.closed_at,
        "rules": held.rules,
        "rounds": [
            {"number": one.number, "starts_at": one.starts, "ends_at": one.ends, "extended": one.extended}
            for one in read.rounds
        ],
        "seats": [
            {
                "letter": seat.letter,
                "price": money(seat.price),
                "reached_at": seat.reached_at,
                "entity": entity(seat.bid.tenderer) if seat.bid else None,
            }
            for seat in read.seats
        ],
        "lowest": money(read.lowest),
        "address": address(held),
    }


@reads(
    "/tenders/{slug:ref}/auction",
    "auction",
    answer=AuctionShape,
    tag=TAG,
    summary=_("The auction as it stands, at most a second old"),
)
def auction(request: HttpRequest, ref: str) -> dict[str, Any]:
    def read() -> dict[str, Any]:  # an auction follows an opening, so whoever asks may see it
        held = _auction(seen(request, ref))
        return _told(held, reading_of(held, now=database_now()))

    return shared(f"auction-api/{ref}", read)


@writes(
    "/tenders/{slug:ref}/auction",
    "auction_start",
    answer=AuctionShape,
    tag=TAG,
    summary=_("Name the moment the first round begins, as the owner"),
    body=(AuctionForm,),
    status=201,
)
def auction_start(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    starts_at = filled(request, AuctionForm).cleaned_data["starts_at"]
    start_auction(tender=found, starts_at=starts_at, **who(request))
    held = _auction(found)
    return _told(held, reading_of(held, now=database_now()))


def _seat(request: HttpRequest, ref: str) -> Seat:
    """The seat of the entity acted for. 403 for who is no bidder, 404 for a bidder without a seat."""
    membership = bidder(request)
    held = _auction(seen(request, ref))
    found = held.seats.filter(bid__tenderer=membership.entity_id).first()
    if found is None:
        raise Http404
    found.auction = held
    return found


def _own(seat: Seat) -> dict[str, Any]:
    return {
        "letter": seat.letter,
        "price": money(seat.price),
        "at_most": money(may_bid_at_most(seat.price, seat.auction.rules)),
        "reached_at": seat.reached_at,
    }


@reads(
    "/tenders/{slug:ref}/auction/seat",
    "auction_seat",
    answer=OwnSeat,
    tag=TAG,
    summary=_("Your own seat"),
    own=True,
)
def auction_seat(request: HttpRequest, ref: str) -> dict[str, Any]:
    return _own(_seat(request, ref))


@writes(
    "/tenders/{slug:ref}/auction/prices",
    "auction_price",
    answer=OwnSeat,
    tag=TAG,
    summary=_("Lower your price"),
    body=(NextPriceForm,),
    status=201,
)
def auction_price(request: HttpRequest, ref: str) -> dict[str, Any]:
    seat = _seat(request, ref)
    price = filled(request, NextPriceForm).cleaned_data["price"]
    give_price(seat=seat, price=price, nonce=_nonce(request), **who(request))
    return _own(_seat(request, ref))


def _nonce(request: HttpRequest) -> str:
    """What names this sending among those of a seat."""
    said = f"{request.auth.pk}/{request.headers[HEADER]}"  # type: ignore[attr-defined]
    return hashlib.sha256(said.encode()).hexdigest()[:40]
