"""The conflict gate as tenders pass it: what a check is told, and what a recheck does."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import About, check, check_all, foresee
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import GateShut
from ..models import Award, Bid, Suspension, Tender
from ..queries import about


def pass_gate(
    bid: Bid, *, tender: Tender, gate: Gate, by: User | None, at: dt.datetime, told: About | None = None
) -> Check:
    """One check of a bid's tenderer at a gate of its tender."""
    return check(
        intermediary=bid.tenderer,
        department=tender.department,
        on=timezone.localdate(at),
        gate=gate,
        by=by,
        at=at,
        about=told or about(tender, with_rivals=bid.opened_at is not None),
        of=tender.urn,
    )


def pass_gates(
    bids: Sequence[Bid], *, tender: Tender, gate: Gate, by: User | None, at: dt.datetime
) -> list[tuple[Bid, Check]]:
    """Opened bids of a tender, each with its check at a gate, in their order. The same checks that each would
    get alone, over one reading of the record.
    """
    made = check_all(
        intermediaries=[bid.tenderer for bid in bids],
        department=tender.department,
        on=timezone.localdate(at),
        gate=gate,
        by=by,
        at=at,
        about=about(tender, with_rivals=True),
        of=tender.urn,
    )
    return list(zip(bids, made, strict=True))


@transaction.atomic
def recheck_bid(*, bid: Bid, at: dt.datetime) -> Check:
    """Check a live bid again after a change. A conflict suspends it, a clear answer lifts the suspension.

    Whoever awards locks the tender first, so does this: no award slips past a recheck that found a conflict.
    """
    tender = Tender.objects.select_for_update(no_key=True).get(pk=bid.tender_id)
    gate = Gate.RECHECK if tender.opened_at else Gate.BID
    made = pass_gate(bid, tender=tender, gate=gate, by=None, at=at)
    standing = Suspension.objects.filter(bid=bid, lifted_at__isnull=True).first()
    if made.outcome == Outcome.CONFLICTED and standing is None:
        suspend_bid(bid, made, at=at)
    elif made.outcome == Outcome.CLEAR and standing is not None:
        standing.lifted_at, standing.lifted_by = at, made
        standing.save(update_fields=["lifted_at", "lifted_by"])
        _tell(standing, "tenders.bid_reinstated", made, public=tender.opened_at is not None)
    return made


def suspend_bid(bid: Bid, made: Check, *, at: dt.datetime) -> Suspension:
    """Set a bid aside, in the caller's transaction, for what a check found. Again, it changes nothing."""
    public = bid.opened_at is not None
    if standing := Suspension.objects.filter(bid=bid, lifted_at__isnull=True).first():
        return standing
    suspended = Suspension.objects.create(bid=bid, check_made=made, since=at)
    _tell(suspended, "tenders.bid_suspended", made, public=public)
    _conflict_found(bid, made, closed=False, public=public)
    return suspended


@transaction.atomic
def recheck_award(*, award: Award, at: dt.datetime) -> Check:
    """Check a winner again after a change. What is closed stays; a new conflict is raised as a finding.

    Only an answer that is another than the last one of the award is stored: a change reaches many awards and
    alters few, and each night asks for all.
    """
    told = about(award.tender, with_rivals=True)
    firm, department = award.bid.tenderer, award.tender.department
    asked: dict[str, Any] = {"intermediary": firm, "department": department}
    day, gate = timezone.localdate(at), Gate.RECHECK
    now = foresee(**asked, on=day, gate=gate, by=None, at=at, about=told)
    last = _last_answer(asked, now)
    if last is not None and _says(last) == _says(now):
        return last
    made = check(**asked, on=day, gate=gate, by=None, at=at, about=told, of=award.tender.urn)
    if made.outcome == Outcome.CONFLICTED:
        _conflict_found(award.bid, made, closed=True, public=True)
    return made


@transaction.atomic
def recheck_past(*, award: Award, on: dt.date, at: dt.datetime) -> Check | None:
    """Judge a winner by a day on which its work ran, as the record knows that day at `at`.

    A conflict is stored and raised as a finding, once for the same day and the same chain; any other answer
    is not, for nothing waits for it. The stored check, or None.
    """
    told = about(award.tender, with_rivals=True)
    asked: dict[str, Any] = {"intermediary": award.bid.tenderer, "department": award.tender.department}
    now = foresee(**asked, on=on, gate=Gate.RECHECK, by=None, at=at, about=told)
    if now.outcome != Outcome.CONFLICTED:
        return None
    before = Check.objects.filter(**asked, of=award.tender.urn, on=on, rule_code=now.rule_code)
    for last in before.filter(outcome=Outcome.CONFLICTED):
        if _says(last) == _says(now):
            return last
    made = check(**asked, on=on, gate=Gate.RECHECK, by=None, at=at, about=told, of=award.tender.urn)
    _conflict_found(award.bid, made, closed=True, public=True)
    return made


def _says(made: Check) -> tuple[str, str, list[object]]:
    return made.outcome, made.rule_code, [tie.get("ref") for tie in made.chain]


def _last_answer(asked: dict[str, Any], now: Check) -> Check | None:
    """The newest check of a pair about the same purchase, from the award on."""
    same = {f"matter__{name}": now.matter[name] for name in ("owner", "service", "rivals")}
    later = (Gate.AWARD, Gate.CONTRACT, Gate.PAYOUT, Gate.RECHECK)
    return Check.objects.filter(**asked, **same, gate__in=later).order_by("-pk").first()


def pass_later_gate(*, award: Award, gate: Gate, by: User | None, at: dt.datetime) -> Check:
    """The gate before a contract of an award is signed, and before each payout under it.

    Returns a clear check, whose key the row behind the gate keeps: `decoupling_clear(check, gate, firm,
    department)` holds it at the commit. Raises GateShut with the check otherwise; it stays on record, as long
    as the caller does not undo it in a transaction around both. A conflict becomes a finding.
    """
    if gate not in (Gate.CONTRACT, Gate.PAYOUT):
        raise ValueError(f"{gate} is no gate after an award")
    with transaction.atomic():  # what was found stands, whatever the caller then refuses
        made = pass_gate(award.bid, tender=award.tender, gate=gate, by=by, at=at)
        if made.outcome == Outcome.CONFLICTED:
            _conflict_found(award.bid, made, closed=True, public=True)
    if made.outcome != Outcome.CLEAR:
        raise GateShut(made)
    return made


def _tell(suspension: Suspension, kind: str, made: Check, *, public: bool) -> None:
    bid = suspension.bid
    body = {"tender": bid.tender.urn, "bid": bid.urn, "check": made.urn, "rule": made.rule_code}
    record(kind=kind, subject=suspension, actor=None, body=body, noticeable=public)


def _conflict_found(bid: Bid, made: Check, *, closed: bool, public: bool) -> None:
    body = {
        "intermediary": made.intermediary.urn,
        "department": made.department.urn,
        "rule": made.rule_code,
        "check": made.urn,
        "of": bid.tender.urn,
        "closed": closed,
    }
    record(kind="decoupling.conflict_found", subject=made, actor=None, body=body, noticeable=public)
