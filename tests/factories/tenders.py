"""Tenders with opened bids, and the steps of a choice, for tests."""

import datetime as dt
import secrets
from decimal import Decimal

import pgtrigger
from django.utils import timezone

from marketplace.tenders import draw as pure
from marketplace.tenders import operations
from marketplace.tenders.models import (
    Auction,
    AuctionRound,
    Award,
    Bid,
    Challenge,
    Draw,
    PublicSource,
    Tender,
)
from marketplace.tenders.sealing import PlainBid
from regulation.parties.models import Entity, Membership, Role, User

from . import world


def award_tender(*, tender: Tender, by: User, at: dt.datetime) -> Award:
    """Proposed by somebody and approved by `by`."""
    operations.propose_award(tender=tender, by=world.user(), at=at)
    return operations.approve_award(tender=tender, by=by, at=at)


def agent(tender: Tender) -> Membership:
    """Somebody who bids for an intermediary that sells what the tender buys."""
    return world.member(Role.AGENT, world.intermediary(sells=[one.service for one in tender.bought]).entity)


def bid(tender: Tender, price: str, *, by: Entity | None = None, days: int = 10) -> Bid:
    return operations.submit_bid(
        tender=tender,
        tenderer=by or world.intermediary(sells=[one.service for one in tender.bought]).entity,
        bid=PlainBid(Decimal(price), days),
        by=world.user(),
        at=timezone.now(),
    )


def opened(*prices: str, **fields: object) -> tuple[Tender, list[Bid]]:
    """A tender whose bids of these prices are open, and the bids."""
    tender = world.tender(**fields)
    bids = [bid(tender, price) for price in prices]
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    tender.refresh_from_db()
    for one in bids:
        one.refresh_from_db()
    return tender, bids


def awarded(*prices: str, **fields: object) -> tuple[Award, list[Bid]]:
    tender, bids = opened(*(prices or ("900.00", "950.00")), **fields)
    return award_tender(tender=tender, by=world.user(), at=timezone.now()), bids


def challenge(award: Award, of: Bid) -> Challenge:
    return operations.file_challenge(
        award=award,
        challenger=of.tenderer,
        grounds="评分有误",
        sought="重新评审",
        by=world.user(),
        at=timezone.now(),
    )


def past(award: Award) -> Award:
    """Move an award's standstill into the past, as only the owner of the database can."""
    with pgtrigger.ignore("tenders.Award:stands"):
        Award.objects.filter(pk=award.pk).update(standstill_until=timezone.now() - dt.timedelta(seconds=1))
    award.refresh_from_db()
    Tender.objects.filter(pk=award.tender_id).update(standstill_until=award.standstill_until)
    award.tender.refresh_from_db()
    return award


def named_draw(tender: Tender, *, witnesses: tuple[User, ...] = (), name: str = "2026133") -> Draw:
    return operations.name_draw(
        tender=tender,
        source=PublicSource.LOTTERY,
        source_name=f"双色球 {name}",
        known_from=timezone.now() + dt.timedelta(hours=1),
        witnesses=witnesses,
        reason="再抽" if tender.draws.exists() else "",
        by=world.user(),
        at=timezone.now(),
    )


def committed(draw: Draw, count: int = 2) -> list[tuple[User, str]]:
    """Trustees with their secret values, committed to."""
    made = []
    for _n in range(count):
        trustee, secret = world.user(), secrets.token_hex(32)
        code = pure.commitment(tender=draw.tender.urn, number=draw.number, trustee=trustee.urn, secret=secret)
        operations.commit_secret(draw=draw, commitment=code, by=trustee, at=timezone.now())
        made.append((trustee, secret))
    return made


def known(draw: Draw) -> Draw:
    """Move the moment the value becomes known into the past, as only the owner of the database can."""
    moment = timezone.now() - dt.timedelta(seconds=1)
    with pgtrigger.ignore("tenders.Draw:stands"):
        Draw.objects.filter(pk=draw.pk).update(
            frozen_at=moment - dt.timedelta(minutes=1) if draw.frozen_at else None, known_from=moment
        )
    draw.refresh_from_db()
    return draw


def rounds_over(auction: Auction) -> Auction:
    """Move all rounds into the past, as only the owner of the database can."""
    past = dt.timedelta(days=1)
    with pgtrigger.ignore("tenders.AuctionRound:never_shortened"):
        for row in auction.rounds.all():
            AuctionRound.objects.filter(pk=row.pk).update(
                starts_at=row.starts_at - past, ends_at=row.ends_at - past
            )
    return auction


def ready_to_draw(tender: Tender, **fields: object) -> Draw:
    """A draw with everything on record but the draw itself."""
    draw = named_draw(tender, **fields)
    trustees = committed(draw)
    draw = operations.freeze_draw(draw=draw, by=world.user(), at=timezone.now())
    draw = known(draw)
    operations.enter_value(
        draw=draw, value="03 07 11 19 26 31 + 08", reference="公报", by=world.user(), at=timezone.now()
    )
    for trustee, secret in trustees:
        operations.open_secret(draw=draw, secret=secret, by=trustee, at=timezone.now())
    draw.refresh_from_db()
    return draw
