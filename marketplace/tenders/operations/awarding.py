import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import check
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import NobodyLeft, NotAwardable
from ..methods import Candidate, lowest_price
from ..models import Award, Bid, Tender


def _ranked(tender: Tender) -> list[Bid]:
    bids = {bid.pk: bid for bid in tender.bids.valid().select_related("tenderer")}
    candidates = [Candidate(b.pk, b.price, b.submitted_at) for b in bids.values() if b.price is not None]
    return [bids[c.key] for c in lowest_price(candidates)]


def _first_clear(
    tender: Tender, *, by: User, at: dt.datetime
) -> tuple[Bid | None, Check | None, list[dict[str, Any]]]:
    """The best bid that passes the gate today, its check, and the better ones the gate kept out."""
    passed_over: list[dict[str, Any]] = []
    for bid in _ranked(tender):
        gate = check(
            intermediary=bid.tenderer,
            department=tender.department,
            on=timezone.localdate(at),
            gate=Gate.AWARD,
            by=by,
            at=at,
        )
        if gate.outcome == Outcome.CLEAR:
            return bid, gate, passed_over
        passed_over.append({"bid": bid.pk, "outcome": gate.outcome, "check": gate.urn})
    return None, None, passed_over


def award_tender(*, tender: Tender, by: User, at: dt.datetime) -> Award:
    """Award to the best valid bid that passes the conflict gate again today (优化营商环境条例 43).

    Raises NotAwardable, and NobodyLeft after recording that the tender failed.
    """
    with transaction.atomic():
        locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
        if not locked.opened_at or locked.awarded_at or locked.cancelled_at or locked.failed_at:
            raise NotAwardable
        bid, gate, passed_over = _first_clear(locked, by=by, at=at)
        if bid is not None and gate is not None and bid.price is not None:
            locked.awarded_at = at
            locked.save(update_fields=["awarded_at"])
            award = Award.objects.create(
                tender=locked,
                bid=bid,
                price=bid.price,
                gate=gate,
                awarded_by=by,
                awarded_at=at,
                passed_over=passed_over,
            )
            body = {"bid": bid.urn, "winner": bid.tenderer.urn, "price": str(bid.price), "check": gate.urn}
            record(kind="tenders.awarded", subject=locked, actor=by, body=body | {"passed_over": passed_over})
            return award
        locked.failed_at, locked.failure = at, "nobody_clear"
        locked.save(update_fields=["failed_at", "failure"])
        record(kind="tenders.failed", subject=locked, actor=by, body={"passed_over": passed_over})
    raise NobodyLeft
