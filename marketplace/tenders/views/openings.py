"""The opening of a tender, for everyone who watches: one page, one part that asks for itself again and again.

Before the opening it tells what will happen, and nothing of the bids; not even whether there are any.
"""

import datetime as dt
from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting

from ..access import may_bid
from ..life import State
from ..life_texts import STATE_WORDS, TONES, failure_words, void_words
from ..models import Tender, VoidReason
from ..queries import appointed_to, opened_bids, opening_grace_ends, standing_bid
from ..watching import pace, shared

SHOWN = 200  # bids in the part that is asked for again; all of them stand on the tender's page
WAITING = (State.CLOSED, State.OPENING)


def _void_reasons(codes: Counter[str]) -> list[tuple[Any, int]]:
    """How many bids are void for which reason, the most frequent first."""
    return [(VoidReason(code).label, n) for code, n in codes.most_common()]


def _reading(tender: Tender, now: dt.datetime) -> dict[str, Any]:
    """What anybody may know of an opening at a moment."""
    state, bids = tender.state_at(now), opened_bids(tender)
    over = bool(tender.opened_at or tender.cancelled_at or tender.void_at or tender.failed_at)
    return {
        "tender": tender,
        "now": now,
        "state": state,
        "state_words": STATE_WORDS[state],
        "tone": TONES[state],
        "over": over,
        "waiting": state in WAITING,
        "grace_ends": opening_grace_ends(tender) if state in WAITING else None,
        "pace": pace(tender.closes_at, now),
        "count": len(bids),
        "void": _void_reasons(Counter(bid.void_reason for bid in bids if bid.void_reason)),
        "bids": bids[:SHOWN],
        "left_out": max(0, len(bids) - SHOWN),
        "void_words": void_words(tender) if tender.void_at else "",
        "failure_words": failure_words(tender.failure) if tender.failed_at else "",
    }


def _public(ref: str) -> Tender:
    return get_object_or_404(Tender.objects.published().select_related("owner", "region"), ref=ref)


@never_cache
@require_safe
def opening(request: HttpRequest, ref: str) -> HttpResponse:
    """The opening as it stands, with the way to a bidder's own receipt."""
    found, membership = _public(ref), acting(request)
    bids = may_bid(membership) and membership is not None
    own = standing_bid(found, membership.entity) if bids and membership else None
    context = _reading(found, database_now()) | {"own_bid": own, "trustees": appointed_to(found)}
    return render(request, "tenders/opening.html", context)


@never_cache
@require_safe
def opening_live(request: HttpRequest, ref: str) -> HttpResponse:
    """The part that changes. One reading a second serves everyone who watches."""

    def read() -> bytes:
        return render(request, "tenders/_opening_live.html", _reading(_public(ref), database_now())).content

    return HttpResponse(shared(f"opening/{ref}/{get_language()}", read))
