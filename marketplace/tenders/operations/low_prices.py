"""Abnormally low prices: found by the published rule, justified within the time, decided with a reason."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import choosing_errors as refused
from ..lowness import abnormally_low
from ..models import Exclusion, LimitKind, LowPrice, Tender
from ..standing import bids_in_the_running, due, low_rule
from .excluding import propose_for_price
from .marking import is_being_evaluated


@transaction.atomic
def ask_about_low_prices(*, tender: Tender, at: dt.datetime) -> list[LowPrice]:
    """Ask every bidder whose price the rule finds abnormally low. Safe to run twice: each is asked once."""
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    if not is_being_evaluated(locked):
        return []
    bids = {bid.pk: bid for bid in bids_in_the_running(locked)}
    prices = {key: bid.price for key, bid in bids.items() if bid.price is not None}
    rule = low_rule(locked.region, on=timezone.localdate(at))
    asked = set(LowPrice.objects.filter(bid__in=bids).values_list("bid_id", flat=True))
    until = due(locked.region, LimitKind.JUSTIFY, start=at)
    made = []
    for key, found in abnormally_low(prices, ceiling=locked.ceiling, rule=rule).items():
        if key in asked:
            continue
        grounds = [{"test": one.test, "against": str(one.against), "bound": str(one.bound)} for one in found]
        made.append(LowPrice.objects.create(bid=bids[key], grounds=grounds, asked_at=at, due_at=until))
        body = {"bid": bids[key].urn, "grounds": grounds, "due_at": until.isoformat()}
        record(kind="tenders.low_price_asked", subject=locked, actor=None, body=body)
    return made


@transaction.atomic
def justify_price(*, low: LowPrice, answer: str, by: User, at: dt.datetime) -> LowPrice:
    """A bidder's justification, once and before the time is over (exclusive)."""
    locked = LowPrice.objects.select_for_update(no_key=True).select_related("bid__tender").get(pk=low.pk)
    if not answer.strip():
        raise refused.SayWhy
    if locked.answered_at or locked.decided_at:
        raise refused.NotDecidable
    if at >= locked.due_at:
        raise refused.TooLate(due=locked.due_at, at=at)
    locked.answer, locked.answered_by, locked.answered_at = answer.strip(), by, at
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    record(
        kind="tenders.low_price_justified", subject=locked.bid.tender, actor=by, body={"bid": locked.bid.urn}
    )
    return locked


@transaction.atomic
def decide_low_price(*, low: LowPrice, accept: bool, reason: str, by: User, at: dt.datetime) -> LowPrice:
    """Accept a price with a reason, or propose to exclude the bid, which a second person confirms.

    Nobody is decided against unheard: without an answer only once the time to give one is over.
    """
    tender = Tender.objects.select_for_update(no_key=True).get(pk=low.bid.tender_id)
    locked = LowPrice.objects.select_for_update(no_key=True).select_related("bid__tender").get(pk=low.pk)
    if locked.decided_at or not is_being_evaluated(tender):
        raise refused.NotDecidable
    if not reason.strip():
        raise refused.SayWhy
    if locked.answered_at is None and at < locked.due_at:
        raise refused.TooEarly
    if Exclusion.objects.filter(bid=locked.bid, declined_at__isnull=True).exists():
        raise refused.StillOpenExclusion
    if not accept:
        propose_for_price(bid=locked.bid, reason=reason.strip(), by=by, at=at)
        return locked
    locked.accepted, locked.decision, locked.decided_by, locked.decided_at = True, reason.strip(), by, at
    locked.save(update_fields=["accepted", "decision", "decided_by", "decided_at"])
    body = {"bid": locked.bid.urn, "reason": locked.decision}
    record(kind="tenders.low_price_accepted", subject=tender, actor=by, body=body)
    return locked
