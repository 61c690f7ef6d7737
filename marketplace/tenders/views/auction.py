"""A live auction: one page, one fragment that is asked for again and again, two acts."""

import secrets
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Membership, Role

from ..access import may_bid
from ..choosing_forms import AuctionForm, PriceForm
from ..errors import TenderRefused
from ..models import Auction, Seat, Tender
from ..operations import give_price, start_auction
from ..rounds import Phase, may_bid_at_most, phase
from .acting import do, owned_tender, seen_tender, tell_faults

KEPT = 1  # seconds for which many watchers share one reading


def _auction(tender: Tender) -> Auction:
    found = get_object_or_404(Auction.objects.prefetch_related("rounds"), tender=tender)
    found.tender = tender
    return found


def _own_seat(auction: Auction, membership: Membership | None) -> Seat | None:
    if membership is None or not may_bid(membership):
        return None
    return auction.seats.filter(bid__tenderer=membership.entity_id).first()


def _reading(auction: Auction) -> dict[str, Any]:
    """What everyone sees: the clock, and prices by letter. Names only once the auction is closed."""
    now = database_now()
    rounds = [row.as_round() for row in auction.rounds.all()]
    on, current = phase(rounds, now)
    seats = auction.seats.order_by("price", "reached_at")
    closed = auction.closed_at is not None
    edge = (current.ends if on is Phase.RUNNING else current.starts) if current else None
    return {
        "now": now,
        "phase": str(on),
        "current": current,
        "rounds": rounds,
        "edge": edge,
        "left": max(0, int((edge - now).total_seconds())) if edge else 0,
        "closed": closed,
        "seats": list(seats.select_related("bid__tenderer") if closed else seats),
    }


@never_cache
@require_safe
def auction(request: HttpRequest, ref: str) -> HttpResponse:
    """The auction as it stands, and the field for whoever has a seat."""
    found = seen_tender(request, ref)
    held = _auction(found)
    seat = _own_seat(held, acting(request))
    at_most = may_bid_at_most(seat.price, held.rules) if seat else None
    form = PriceForm(initial={"nonce": secrets.token_urlsafe(12), "price": at_most}) if seat else None
    context = {"tender": found, "auction": held, "own": seat, "at_most": at_most, "form": form}
    return render(request, "tenders/auction.html", context | _reading(held))


@never_cache
@require_safe
def auction_live(request: HttpRequest, ref: str) -> HttpResponse:
    """The part that changes. One reading a second serves everyone; whoever comes back finds all of it."""
    key = f"auction/{ref}/{get_language()}"
    body = cache.get(key)
    if body is None:
        found = seen_tender(request, ref)
        held = _auction(found)
        context = {"tender": found, "auction": held} | _reading(held)
        body = render(request, "tenders/_auction_live.html", context).content
        cache.set(key, body, KEPT)
    return HttpResponse(body)


@require_POST
@acting_required(Role.OWNER)
def auction_start(request: HttpRequest, ref: str) -> HttpResponse:
    """The owner names the moment."""
    found = owned_tender(request, ref)
    form = AuctionForm(request.POST)
    if not form.is_valid():
        tell_faults(request, form)
        return redirect("tenders:choosing", ref)
    who: dict[str, Any] = {"by": request.user, "at": database_now()}
    return do(
        request,
        lambda: start_auction(tender=found, starts_at=form.cleaned_data["starts_at"], **who),
        _("The moment is public. The bidders have their letters."),
        "tenders:choosing",
        ref,
    )


@require_POST
@acting_required(Role.AGENT)
def auction_price(request: HttpRequest, ref: str) -> HttpResponse:
    """One price. Sent again after a broken line it counts once. 404 for who has no seat."""
    found = seen_tender(request, ref)
    held = _auction(found)
    seat = _own_seat(held, acting(request))
    if seat is None:
        return redirect("tenders:auction", ref)
    form = PriceForm(request.POST)
    if form.is_valid():
        try:
            data = form.cleaned_data
            by: Any = request.user
            give_price(seat=seat, price=data["price"], nonce=data["nonce"], by=by, at=database_now())
            return redirect("tenders:auction", ref)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    seat.refresh_from_db()
    at_most = may_bid_at_most(seat.price, held.rules)
    context = {"tender": found, "auction": held, "own": seat, "at_most": at_most, "form": form}
    return render(request, "tenders/auction.html", context | _reading(held), status=422)
