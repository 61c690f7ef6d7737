"""Live rounds: the server's clock, extensions, sendings that count once, and names hidden until the end."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import operations, watching
from marketplace.tenders.methods import METHODS
from marketplace.tenders.models import Auction, AuctionPrice, AuctionRound, Seat
from marketplace.tenders.rounds import Phase, after_bid, phase, timetable
from marketplace.tenders.tasks import finish_awards
from regulation.parties.models import Role
from tests.factories import tenders, world

START = dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC)
RULES = METHODS["price_auction"].clean(
    {"rounds": 3, "round_seconds": 60, "pause_seconds": 30, "window": 10, "extension": 20, "extensions": 2}
)
SECOND = dt.timedelta(seconds=1)


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "on", "number"),
    [
        (-0.000001, Phase.WAITING, 1),
        (0, Phase.RUNNING, 1),
        (59.999999, Phase.RUNNING, 1),
        (60, Phase.PAUSED, 2),
        (90, Phase.RUNNING, 2),
        (239.999999, Phase.RUNNING, 3),
        (240, Phase.OVER, None),
    ],
)
def test_rounds_are_half_open(seconds, on, number):
    seen, current = phase(timetable(START, RULES), at(seconds))
    assert (seen, current.number if current else None) == (on, number)


def test_a_new_lowest_price_in_the_window_gives_the_others_time_and_moves_what_follows():
    rounds = after_bid(timetable(START, RULES), RULES, at=at(55), leads=True)
    assert [(r.starts, r.ends) for r in rounds] == [(at(0), at(75)), (at(105), at(165)), (at(195), at(255))]
    assert after_bid(timetable(START, RULES), RULES, at=at(55), leads=False) == timetable(START, RULES)
    assert after_bid(timetable(START, RULES), RULES, at=at(49), leads=True) == timetable(START, RULES)


@given(moments=st.lists(st.integers(0, 400), max_size=30))
def test_rounds_never_end_earlier_never_overlap_and_end_in_time(moments):
    rounds = timetable(START, RULES)
    for moment in sorted(moments):
        moved = after_bid(rounds, RULES, at=at(moment), leads=True)
        assert all(b.ends >= a.ends for a, b in zip(rounds, moved, strict=True))
        rounds = moved
    assert all(a.ends + 30 * SECOND == b.starts for a, b in pairwise(rounds))
    assert all(r.extended <= 2 for r in rounds)
    assert rounds[-1].ends <= at(240 + 3 * 2 * 20)


# --- in the database

pytestmark = pytest.mark.django_db


def begun(*prices: str, **parameters: object) -> Auction:
    """An auction whose first round runs."""
    tender, _bids = tenders.opened(
        *(prices or ("1000.00", "950.00", "900.00")),
        method="price_auction",
        method_parameters={"step": "10"} | parameters,
    )
    now = timezone.now()
    return operations.start_auction(tender=tender, starts_at=now, by=world.user(), at=now)


def give(seat: Seat, price: str, nonce: str = "", **fields: object) -> AuctionPrice:
    defaults = {"nonce": nonce or f"{seat.pk}/{price}", "by": world.user(), "at": timezone.now()}
    return operations.give_price(seat=seat, price=Decimal(price), **defaults | fields)


def seats(auction: Auction) -> list[Seat]:
    return list(auction.seats.order_by("-price"))


def test_prices_go_down_by_the_step_and_the_lowest_wins_at_its_last_price():
    auction = begun()
    first, second, third = seats(auction)
    with pytest.raises(refused.PriceTooHigh, match="990"):
        give(first, "995.00")
    give(first, "880.00")
    give(second, "885.00")
    with pytest.raises(refused.AuctionNotOver):
        operations.close_auction(auction=auction, at=timezone.now())
    with pytest.raises(refused.AuctionNotOver):
        operations.propose_award(tender=auction.tender, by=world.user(), at=timezone.now())
    tenders.rounds_over(auction)
    with pytest.raises(refused.NotInRound):
        give(third, "100.00")
    assert finish_awards() == 1
    made = tenders.award_tender(tender=auction.tender, by=world.user(), at=timezone.now())
    assert (made.bid, made.price) == (first.bid, Decimal("880.00"))


def test_a_sending_that_comes_twice_counts_once():
    first, *_rest = seats(begun())
    assert give(first, "880.00", "same") == give(first, "880.00", "same")
    assert AuctionPrice.objects.count() == 1


def test_a_late_leading_price_extends_the_round_in_the_database():
    auction = begun(round_seconds=20, window=600, extension=120, extensions=1)
    first, second, _third = seats(auction)
    was = auction.rounds.first().ends_at
    give(second, "890.00")
    assert auction.rounds.first().ends_at > was
    extended = auction.rounds.first().ends_at
    give(first, "870.00")
    assert auction.rounds.first().ends_at == extended  # once at most here


def test_the_database_keeps_prices_within_their_round_and_going_down():
    auction = begun()
    first, *_rest = seats(auction)
    later = auction.rounds.last()
    row = {"seat": first, "given_by": world.user(), "nonce": "n", "given_at": timezone.now()}
    for wrong in ({"round": later, "price": 100}, {"round": auction.rounds.first(), "price": first.price}):
        with pytest.raises(DatabaseError, match="auction_price_within_its_round"), transaction.atomic():
            AuctionPrice.objects.create(**row, **wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        Seat.objects.filter(pk=first.pk).update(price=first.price + 1)


def test_a_wrong_web_clock_gets_no_price_in_after_the_end():
    auction = begun()
    first, *_rest = seats(auction)
    moment = timezone.now()
    with pgtrigger.ignore("tenders.AuctionRound:never_shortened"):
        AuctionRound.objects.filter(auction=auction, number=1).update(
            starts_at=moment - dt.timedelta(hours=1), ends_at=moment - SECOND
        )
    with pytest.raises(refused.NotInRound):
        give(first, "880.00", at=moment - dt.timedelta(minutes=1))


def test_a_tied_bidder_gets_no_seat_and_one_bidder_makes_no_auction():
    tender, (one, _other) = tenders.opened("900.00", "950.00", method="price_auction")
    world.interest(tender.department, one.tenderer, "setUp")
    with pytest.raises(refused.TooFewBidders):
        operations.start_auction(
            tender=tender, starts_at=timezone.now(), by=world.user(), at=timezone.now() - SECOND
        )
    assert Auction.objects.count() == 0


def test_everyone_sees_prices_and_letters_and_nobody_names_before_the_end(client, sign_in):
    auction = begun()
    first, *_rest = seats(auction)
    give(first, "880.00")
    names = [seat.bid.tenderer.name for seat in seats(auction)]
    for page in ("auction/", "auction/live/"):
        text = client.get(f"/en/tenders/{auction.tender.ref}/{page}").content.decode()
        assert "880.00" in text
        assert not [name for name in names if name in text]
    operations.close_auction(auction=tenders.rounds_over(auction), at=timezone.now())
    text = client.get(f"/en/tenders/{auction.tender.ref}/auction/").content.decode()
    assert all(name in text for name in names)


def test_a_letter_tells_no_sealed_price_which_the_opening_told_with_a_name(client, monkeypatch):
    monkeypatch.setattr(watching, "FRESH", 0.0)
    auction = begun()  # sealed at 1,000, 950 and 900
    first, second, _third = seats(auction)
    address = f"/en/tenders/{auction.tender.ref}/auction/live/"

    def table() -> str:
        return client.get(address).content.decode().partition("<tbody>")[2]

    assert "¥" not in table()
    assert "Lowest price so far: ¥900.00" in client.get(address).content.decode()
    give(second, "880.00")
    assert table().count("¥") == 1
    assert table().index(f"<strong>{second.letter}</strong>") < table().index(
        f"<strong>{first.letter}</strong>"
    )
    told = client.get(f"/api/v1/tenders/{auction.tender.ref}/auction").json()
    assert [one["price"] for one in told["seats"]] == ["880.00", None, None]
    assert [one["reached_at"] for one in told["seats"]][1:] == [None, None]
    operations.close_auction(auction=tenders.rounds_over(auction), at=timezone.now())
    assert table().count("¥") == 3


def test_a_bidder_comes_back_and_finds_all_of_it_and_gives_its_price_by_the_page(sign_in):
    auction = begun()
    first, *_rest = seats(auction)
    client = sign_in(world.member(Role.AGENT, first.bid.tenderer))
    address = f"/en/tenders/{auction.tender.ref}/auction/"
    assert f"You are {first.letter}" in client.get(address).content.decode()
    assert client.post(f"{address}price/", {"price": "999.00", "nonce": "a"}).status_code == 422
    for _again in range(2):
        assert client.post(f"{address}price/", {"price": "870.00", "nonce": "b"}).status_code == 302
    assert AuctionPrice.objects.count() == 1
    assert "870.00" in client.get(address).content.decode()


def test_two_hundred_watchers_share_one_reading_a_second(client, django_assert_num_queries):
    auction = begun()
    address = f"/en/tenders/{auction.tender.ref}/auction/live/"
    client.get(address)
    with django_assert_num_queries(0):
        client.get(address)


def test_one_of_all_who_watch_reads_anew_and_the_others_are_answered_meanwhile(monkeypatch):
    readings, clock = iter(range(10)), [100.0]
    monkeypatch.setattr(watching.time, "time", lambda: clock[0])

    def ask():
        return watching.shared("auction/x", lambda: next(readings))

    assert [ask(), ask()] == [0, 0]
    clock[0] += watching.FRESH
    seen = []

    def read_while_others_ask():
        seen.extend([ask(), ask()])
        return next(readings)

    assert watching.shared("auction/x", read_while_others_ask) == 1
    assert seen == [0, 0]
    assert ask() == 1
