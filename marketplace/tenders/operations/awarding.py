import datetime as dt
from typing import Any

from django.db import transaction

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import AwaitsDetermination, NobodyLeft, NotAwardable
from ..methods import METHODS, Candidate
from ..models import Award, Bid, Tender
from ..queries import about
from .gating import pass_gate


def _ranked(tender: Tender) -> list[Bid]:
    bids = {bid.pk: bid for bid in tender.bids.in_the_running().select_related("tenderer")}
    candidates = [
        Candidate(b.pk, b.price, b.submitted_at, b.days or 0, b.envelope_digest)
        for b in bids.values()
        if b.price is not None
    ]
    method = METHODS[tender.method]
    if method.needs:
        raise NotAwardable
    return [bids[one.key] for one in method.rank(candidates, method.clean(tender.method_parameters)).placed]


def _first_clear(
    tender: Tender, *, by: User, at: dt.datetime
) -> tuple[Bid | None, Check | None, list[dict[str, Any]]]:
    """The best bid that passes the gate today, its check, and the better ones the gate kept out.

    A bid without a check waits for two regulators: nobody is passed over while they still may answer.
    """
    passed_over: list[dict[str, Any]] = []
    told = about(tender, with_rivals=True)
    for bid in _ranked(tender):
        gate = pass_gate(bid, tender=tender, gate=Gate.AWARD, by=by, at=at, told=told)
        if gate.outcome == Outcome.CLEAR:
            return bid, gate, passed_over
        if gate.outcome == Outcome.UNKNOWN and gate.due_at is not None and gate.due_at > at:
            return bid, None, passed_over
        passed_over.append({"bid": bid.pk, "outcome": gate.outcome, "check": gate.urn})
    return None, None, passed_over


def award_tender(*, tender: Tender, by: User, at: dt.datetime) -> Award:
    """Award to the best valid bid that passes the conflict gate again today (优化营商环境条例 43).

    Raises NotAwardable, AwaitsDetermination while two regulators may still answer for the best bid, and
    NobodyLeft after recording that the tender failed.
    """
    waits = False
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
        waits = bid is not None
        if not waits:
            locked.failed_at, locked.failure = at, "nobody_clear"
            locked.save(update_fields=["failed_at", "failure"])
            record(kind="tenders.failed", subject=locked, actor=by, body={"passed_over": passed_over})
    raise AwaitsDetermination if waits else NobodyLeft
