"""From what is known of the bids to an order, stored with all it came from."""

import datetime as dt
import hashlib
import json
from typing import Any

from regulation.parties.models import User

from .. import choosing_errors as errors
from ..methods import Candidate
from ..models import Evaluation, Exclusion, LowPrice, Tender
from ..standing import all_handed_in, auction_of, candidates_of, method_of, panel, standing_draw


def refuse_the_unready(tender: Tender, *, chosen: int | None) -> None:
    """Everything that has to be settled before there is an order. Each refusal is named."""
    if LowPrice.objects.filter(bid__tender=tender, decided_at__isnull=True).exists():
        raise errors.StillOpenPrices
    if Exclusion.objects.waiting().filter(bid__tender=tender).exists():
        raise errors.StillOpenExclusion
    method = method_of(tender)
    if method.needs == "scores" and not all_handed_in(tender):
        seats = panel(tender)
        needed = max(method.clean(tender.method_parameters)["evaluators"], len(seats))
        raise errors.NotAllScored(handed_in=sum(bool(s.handed_in_at) for s in seats), needed=needed)
    if method.needs == "draw":
        draw = standing_draw(tender)
        if draw is None or draw.drawn_at is None:
            raise errors.NotDrawn
    if method.needs == "auction":
        auction = auction_of(tender)
        if auction is None or auction.closed_at is None:
            raise errors.AuctionNotOver
    if method.needs == "choice" and chosen is None:
        raise errors.NothingChosen


def _told(candidate: Candidate) -> dict[str, Any]:
    """What was known of a bid, as JSON."""
    return {
        "bid": candidate.key,
        "price": str(candidate.price),
        "days": candidate.days,
        "submitted_at": candidate.submitted_at.isoformat(),
        "envelope": candidate.digest,
        "marks": {name: [str(p) for p in points] for name, points in sorted(candidate.marks.items())},
        "place": candidate.place,
        "reached_at": candidate.reached_at.isoformat() if candidate.reached_at else None,
    }


def evaluate(tender: Tender, *, by: User, at: dt.datetime, chosen: int | None = None) -> Evaluation:
    """Rank the bids in the running, in the caller's transaction under the tender's lock."""
    refuse_the_unready(tender, chosen=chosen)
    method = method_of(tender)
    settings = method.clean(tender.method_parameters)
    candidates = candidates_of(tender, chosen=chosen)
    known = [_told(c) for c in candidates]
    found = method.rank(candidates, settings)
    prices = {c.key: str(c.price) for c in candidates}
    whole = {"method": method.code, "parameters": settings, "bids": known}
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    last = tender.evaluations.order_by("-number").first()
    ranked = {one.key for one in found.placed}
    return Evaluation.objects.create(
        tender=tender,
        number=(last.number if last else 0) + 1,
        method=method.code,
        parameters=settings,
        standing=[
            {
                "bid": one.key,
                "rank": one.rank,
                "price": prices[one.key],
                "score": str(one.score) if one.score is not None else None,
                "parts": {name: str(points) for name, points in one.parts.items()},
                "tied": one.tied,
            }
            for one in found.placed
        ],
        left=[{"bid": key, "why": "not_ranked"} for key in prices if key not in ranked],
        reference=str(found.reference) if found.reference is not None else "",
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        made_by=by,
        made_at=at,
    )
