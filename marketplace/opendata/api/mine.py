"""What waits for whom a token acts for: the token itself, and the boards of the pages."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.tenders.access import may_own
from marketplace.tenders.boards import (
    Next,
    bid_board,
    bidders_next,
    bidders_turn_first,
    owners_next,
    owners_turn_first,
    tenders_of,
)
from marketplace.tenders.life_texts import STATE_WORDS
from regulation.ledger.queries import database_now

from .bids import bidder
from .paging import PageForm, one_page
from .routes import reads
from .shapes import EntityShape, Moment, address, entity, paged
from .tender_shapes import StateShape
from .tokens import holder

TAG = "mine"


class TokenShape(Schema):
    """The token the request came with, without its secret."""

    name: str
    scope: str
    expires_at: Moment
    role: str
    entity: EntityShape


class BoardLine(Schema):
    """One row of a board: what to do next and by when. `bid` only on the board of bids."""

    tender: str
    bid: str | None
    title: str
    state: StateShape
    next: str
    due: Moment | None
    address: str


@reads("/me", "me", answer=TokenShape, tag=TAG, summary=_("For whom your token acts"), own=True)
def me(request: HttpRequest) -> dict[str, Any]:
    token: Any = request.auth  # type: ignore[attr-defined]
    return {
        "name": token.name,
        "scope": token.scope,
        "expires_at": token.expires_at,
        "role": token.membership.role,
        "entity": entity(token.membership.entity),
    }


def _row(tender: Any, state: Any, todo: Next, where: Any, bid: str | None = None) -> dict[str, Any]:
    return {
        "tender": tender.ref,
        "bid": bid,
        "title": tender.title,
        "state": {"code": str(state), "words": str(STATE_WORDS[state])},
        "next": str(todo.words),
        "due": todo.due,
        "address": address(where),
    }


@reads(
    "/me/tenders",
    "own_tenders",
    answer=paged(BoardLine, "TenderBoard"),
    tag=TAG,
    summary=_("Your tenders, what waits for you first"),
    query=(PageForm,),
    own=True,
)
def own_tenders(request: HttpRequest) -> dict[str, Any]:
    membership, now = holder(request), database_now()
    if not may_own(membership):
        raise PermissionDenied

    def row(one: Any) -> dict[str, Any]:
        state = one.state_at(now)
        return _row(one, state, owners_next(one, state, waiting=one.waiting, now=now), one)

    return one_page(request, owners_turn_first(tenders_of(membership.entity), now=now), row)


@reads(
    "/me/bids",
    "own_bids",
    answer=paged(BoardLine, "BidBoard"),
    tag=TAG,
    summary=_("Your bids, those that live first"),
    query=(PageForm,),
    own=True,
)
def own_bids(request: HttpRequest) -> dict[str, Any]:
    membership, now = bidder(request), database_now()

    def row(one: Any) -> dict[str, Any]:
        state = one.tender.state_at(now)
        return _row(one.tender, state, bidders_next(one, state, now=now), one, str(one.ref))

    return one_page(request, bidders_turn_first(bid_board(membership.entity), now=now), row)
