"""A live auction: one page, one fragment that is asked for again and again, two acts."""

import secrets
from typing import Any

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
from ..rounds import may_bid_at_most
from ..watching import reading_of, shared
from .acting import do, owned_tender, seen_tender, tell_faults


def _auction(tender: Tender) -> Auction:
    found = get_object_or_404(Auction.objects.prefetch_related("rounds"), tender=tender)
    found.tender = tender
    return found


def _own_seat(auction: Auction, membership: Membership | None) -> Seat | None:
    if membership is None or not may_bid(membership):
        return None
    return auction.seats.filter(bid__tenderer=membership.entity_id).first()


def _reading(auction: Auction) -> dict[str, Any]:
    read = reading_of(auction, now=database_now())
    names = ("now", "phase", "current", "rounds", "edge", "left_clock", "closed", "seats", "lowest")
    return {name: getattr(read, name) for name in names}


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

    def read() -> bytes:
        found = seen_tender(request, ref)
        held = _auction(found)
        context = {"tender": found, "auction": held} | _reading(held)
        return render(request, "tenders/_auction_live.html", context).content

    return HttpResponse(shared(f"auction/{ref}/{get_language()}", read))


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
