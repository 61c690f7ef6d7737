"""Boards: what an owner's tenders and an intermediary's bids ask of whoever looks, and by when."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..life import State
from ..life_texts import STATE_WORDS, TONES
from ..models import Bid, Tender
from ..queries import bid_board, tenders_of

PAGE = 20


def _next_of(tender: Tender, state: State, waiting: int) -> tuple[str, dt.datetime | None]:
    """What the owner does next, and by when."""
    if waiting and state in (State.OPEN, State.CLARIFYING, State.PUBLISHED, State.POSTPONED):
        return _("Answer the questions: %(n)d") % {"n": waiting}, tender.closes_at
    words: dict[State, str] = {
        State.DRAFT: _("Complete it and submit it for review"),
        State.RETURNED: _("Change what the reviewer asks, and submit it again"),
        State.IN_REVIEW: _("Wait for the review"),
        State.REVIEWED: _("Have a third person publish it"),
        State.OPEN: _("Wait for the deadline"),
        State.CLOSED: _("Wait for the opening"),
        State.EVALUATING: _("Award it, or cancel it with a reason"),
        State.FAILED: _("Tender it again"),
        State.VOID: _("Tender it again"),
        State.AWARDED: _("Sign the contract"),
    }
    due = tender.closes_at if state in (State.OPEN, State.POSTPONED) else None
    return words.get(state, ""), due


@acting_required(Role.OWNER)
def own_tenders(request: HttpRequest) -> HttpResponse:
    """Every tender of the owner, the newest first."""
    now = database_now()
    found = tenders_of(request.acting.entity)  # type: ignore[attr-defined]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = []
    for tender in page:
        state = tender.state_at(now)
        todo, due = _next_of(tender, state, tender.waiting)  # type: ignore[attr-defined]
        rows.append(_row(tender, state, todo, due, tender.get_absolute_url()))
    return _board(request, page, rows, _("My tenders"), _("You have no tender yet"))


def _bid_next(bid: Bid, state: State) -> tuple[str, dt.datetime | None]:
    """What the bidder does next, and by when."""
    tender = bid.tender
    if bid.withdrawn_at:
        return _("Withdrawn"), None
    if state in (State.OPEN, State.POSTPONED, State.SUSPENDED):
        if tender.amendment_no and not getattr(bid, "confirmed", True):
            return _("The terms were amended: confirm your bid, or withdraw it"), tender.closes_at
        return _("Sealed; you may withdraw it"), tender.closes_at
    if bid.void_reason:
        return _("Void: %(why)s") % {"why": bid.get_void_reason_display()}, None
    if state in (State.STANDSTILL, State.AWARDED, State.CONTRACTED):
        award = getattr(tender, "award", None)
        return (_("You won") if award and award.bid_id == bid.pk else _("Another bid won")), None
    return "", None


@acting_required(Role.AGENT)
def own_bids(request: HttpRequest) -> HttpResponse:
    """Every bid of the intermediary, the newest first."""
    now = database_now()
    found = bid_board(request.acting.entity)  # type: ignore[attr-defined]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = []
    for bid in page:
        state = bid.tender.state_at(now)
        todo, due = _bid_next(bid, state)
        rows.append(_row(bid.tender, state, todo, due, bid.get_absolute_url()))
    return _board(request, page, rows, _("My bids"), _("You have not bid yet"))


def _row(tender: Tender, state: State, todo: str, due: dt.datetime | None, url: str) -> dict[str, Any]:
    return {
        "tender": tender,
        "words": STATE_WORDS[state],
        "tone": TONES[state],
        "todo": todo,
        "due": due,
        "url": url,
    }


def _board(request: HttpRequest, page: Any, rows: list[Any], title: str, empty: str) -> HttpResponse:
    context = {"page_obj": page, "rows": rows, "title": title, "empty": empty}
    return render(request, "tenders/board.html", context)
