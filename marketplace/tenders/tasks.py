"""Jobs of this room."""

import datetime as dt

import structlog
from celery import shared_task

from regulation.ledger.queries import database_now

from .choosing_errors import AuctionNotOver, AwardWaits
from .errors import AwaitsShares, NotDue, NotVoid
from .models import Auction, Recheck, Tender
from .operations import (
    close_auction,
    finalise_award,
    forget_files,
    open_tender,
    recheck_award,
    recheck_bid,
    rechecking,
    void_unopened,
)
from .queries import awards_reached, live_bids_reached, rechecks_left
from .standing import awards_to_finish

log = structlog.get_logger(__name__)
SLICE = dt.timedelta(seconds=10)  # below the broker's patience; what is left is queued again


@shared_task(name="tenders.open_due")
def open_due() -> int:
    """Open what is due by the database clock and whose trustees came; returns how many. Safe to run twice.

    A tender whose trustees did not come until the end of their grace is declared void.
    """
    opened = 0
    now = database_now()
    for tender in Tender.objects.due_for_opening(now).order_by("closes_at", "pk"):
        try:
            open_tender(tender=tender, at=now)
            opened += 1
        except NotDue as refusal:
            log.error("tender_not_opened", tender=tender.ref, why=refusal.code)
        except AwaitsShares:
            _give_up(tender)
    return opened


@shared_task(name="tenders.recheck_live")
def recheck_live(after: int = 0) -> int:
    """Check every live bid again, for a few seconds; what is left goes back to the queue. Returns how many.

    Days pass without an entry: an interest or a rule begins, an exemption or an abstinence ends. Safe to run
    twice.
    """
    until, done = database_now() + SLICE, 0
    for bid in live_bids_reached(None).filter(pk__gt=after).iterator(chunk_size=100):
        if database_now() >= until:
            recheck_live.delay(after)
            break
        recheck_bid(bid=bid, at=database_now())
        after, done = bid.pk, done + 1
    return done


@shared_task(name="tenders.recheck_awards")
def recheck_awards(after: int = 0) -> int:
    """Check every award again whose standstill runs, as `recheck_live` does bids: from then on its contract
    is asked about, by contracts. Safe to run twice.
    """
    until, done = database_now() + SLICE, 0
    waiting = awards_reached(None).filter(final_at__isnull=True, pk__gt=after)
    for award in waiting.iterator(chunk_size=100):
        if database_now() >= until:
            recheck_awards.delay(after)
            break
        recheck_award(award=award, at=database_now())
        after, done = award.pk, done + 1
    return done


@shared_task(name="tenders.carry_recheck")
def carry_recheck(pk: int) -> bool:
    """What a change reaches, for a few seconds; what is left goes back to the queue. Whether all is done."""
    done = rechecking.carry_on(pk=pk, until=database_now() + SLICE)
    if not done:
        carry_recheck.delay(pk)
    return done


@shared_task(name="tenders.resume_rechecks")
def resume_rechecks() -> int:
    """Queue again the rechecks whose worker is gone; returns how many."""
    now = database_now()
    left = list(rechecks_left(now).values_list("pk", flat=True))
    Recheck.objects.filter(pk__in=left).update(moved_at=now)  # not again while they wait for a worker
    for pk in left:
        carry_recheck.delay(pk)
    return len(left)


@shared_task(name="tenders.finish_awards")
def finish_awards() -> int:
    """Make awards final whose standstill is over, close auctions whose last round is. Safe to run twice."""
    now = database_now()
    done = 0
    for award in awards_to_finish(now):
        try:
            finalise_award(award=award, at=now)
            done += 1
        except AwardWaits:
            continue  # a challenge came in between
    for auction in Auction.objects.filter(closed_at__isnull=True, starts_at__lte=now).order_by("pk"):
        try:
            close_auction(auction=auction, at=now)
            done += 1
        except AuctionNotOver:
            continue
    return done


@shared_task(name="tenders.forget_files")
def forget_unsent_files() -> int:
    """Remove sealed files that no bid took up within a day; returns how many rows went."""
    return forget_files(at=database_now())


def _give_up(tender: Tender) -> None:
    try:
        void_unopened(tender=tender, at=database_now())
        log.error("tender_void", tender=tender.ref, why="shares_missing")
    except NotVoid:
        pass  # its trustees have time still
