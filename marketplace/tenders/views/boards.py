"""Boards: what an owner's tenders and an intermediary's bids ask of whoever looks, and by when."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..boards import (
    Next,
    bid_board,
    bidders_next,
    bidders_turn_first,
    owners_next,
    owners_turn_first,
    reviewers_next,
    tenders_of,
    to_review,
)
from ..life import State
from ..life_texts import STATE_WORDS, TONES
from ..models import Tender

PAGE = 20


@acting_required(Role.OWNER)
def own_tenders(request: HttpRequest) -> HttpResponse:
    """Every tender of the owner, what waits for it first."""
    now = database_now()
    found = owners_turn_first(tenders_of(request.acting.entity), now=now)  # type: ignore[attr-defined]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = []
    for tender in page:
        state = tender.state_at(now)
        todo = owners_next(tender, state, waiting=tender.waiting, now=now)  # type: ignore[attr-defined]
        rows.append(_row(tender, state, todo, tender.get_absolute_url()))
    return _board(request, page, rows, _("My tenders"), _("You have no tender yet"))


@acting_required(Role.OWNER, Role.REVIEWER)
def review_list(request: HttpRequest) -> HttpResponse:
    """Drafts that wait for the reader's review, or to be published by it."""
    now = database_now()
    found = to_review(request.acting, now=now)  # type: ignore[attr-defined]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = []
    for tender in page:
        state = tender.state_at(now)
        rows.append(_row(tender, state, reviewers_next(state), tender.get_absolute_url()))
    return _board(request, page, rows, _("Tenders to review"), _("No tender waits for your review"))


@acting_required(Role.AGENT)
def own_bids(request: HttpRequest) -> HttpResponse:
    """Every bid of the intermediary, those that live first."""
    now = database_now()
    found = bidders_turn_first(bid_board(request.acting.entity), now=now)  # type: ignore[attr-defined]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = []
    for bid in page:
        state = bid.tender.state_at(now)
        rows.append(_row(bid.tender, state, bidders_next(bid, state, now=now), bid.get_absolute_url()))
    return _board(request, page, rows, _("My bids"), _("You have not bid yet"))


def _row(tender: Tender, state: State, todo: Next, url: str) -> dict[str, Any]:
    return {"tender": tender, "words": STATE_WORDS[state], "tone": TONES[state], "todo": todo, "url": url}


def _board(request: HttpRequest, page: Any, rows: list[Any], title: str, empty: str) -> HttpResponse:
    context = {"page_obj": page, "rows": rows, "title": title, "empty": empty}
    return render(request, "tenders/board.html", context)
