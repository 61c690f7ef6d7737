import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from regulation.ledger.queries import database_now
from regulation.parties.access import acting

from ..access import may_bid, owns
from ..forms import SORTS, TenderFilter
from ..methods import METHODS
from ..methods.telling import told
from ..models import Tender
from ..queries import (
    OPEN,
    appointed_to,
    opened_bids,
    public_tenders,
    standing_bid,
    state_of,
    tenders_visible_to,
)

PAGE = 20
TONES = {
    "draft": "neutral",
    "open": "good",
    "closed": "warn",
    "opened": "info",
    "awarded": "info",
    "failed": "bad",
    "cancelled": "bad",
}


def state_words(state: str) -> str:
    return {
        "draft": _("Draft"),
        "open": _("Open for bids"),
        "closed": _("Closed, being opened"),
        "opened": _("Opened, to be awarded"),
        "awarded": _("Awarded"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
    }[state]


def tender_list(request: HttpRequest) -> HttpResponse:
    """Published tenders, newest first; nothing tells how many bids there are."""
    now = database_now()
    found = TenderFilter(request.GET or None, queryset=public_tenders())
    order = SORTS.get(request.GET.get("sort", ""), SORTS["-published"])
    page = Paginator(found.qs.order_by(*order), PAGE).get_page(request.GET.get("page"))
    rows = [
        {"tender": t, "words": state_words(s), "tone": TONES[s]} for t in page for s in [state_of(t, now=now)]
    ]
    return render(
        request, "tenders/tender_list.html", {"filter": found, "page_obj": page, "rows": rows, "now": now}
    )


def _events(tender: Tender, now: dt.datetime) -> list[dict[str, Any]]:
    facts = [
        (tender.published_at, _("Published"), ""),
        (tender.closes_at, _("Deadline for bids, exclusive"), ""),
        (tender.opened_at, _("Bids opened"), ""),
        (tender.awarded_at, _("Award published"), ""),
        (tender.failed_at, _("Failed"), failure_words(tender.failure)),
        (tender.cancelled_at, _("Cancelled"), tender.cancel_reason),
    ]
    dated = [(at, title, text) for at, title, text in facts if at]
    return [
        {"at": at, "title": title, "text": text, "future": at > now}
        for at, title, text in sorted(dated, key=lambda f: f[0])
    ]


def failure_words(code: str) -> str:
    return {
        "shares_missing": _(
            "Too few trustees came in time, so no bid was opened. The owner may publish it again."
        ),
        "no_bid": _("No bid was submitted."),
        "no_valid_bid": _("No bid that was opened is valid."),
        "nobody_clear": _("No bidder passed the conflict gate."),
    }.get(code, "")


@cache_control(no_cache=True)  # its clock is never late
def tender(request: HttpRequest, ref: str) -> HttpResponse:
    """One tender: terms, clock, law, and after the opening every bid with its rank or its reason."""
    membership = acting(request)
    found = get_object_or_404(tenders_visible_to(membership), ref=ref)
    now = database_now()
    state = state_of(found, now=now)
    bidder = membership if may_bid(membership) else None
    return render(
        request,
        "tenders/tender.html",
        {
            "tender": found,
            "state": state,
            "state_words": state_words(state),
            "tone": TONES[state],
            "now": now,
            "told": told(METHODS[found.method], found.method_parameters),
            "events": _events(found, now),
            "bids": opened_bids(found),
            "award": found.award,
            "avoided": found.avoided_units.select_related("entity"),
            "trustees": appointed_to(found),
            "owns": owns(membership, found),
            "may_bid": bidder is not None and state == OPEN,
            "own_bid": standing_bid(found, bidder.entity) if bidder else None,
            "bases": found.ruling.bases.select_related("provision__instrument") if found.ruling else [],
        },
    )
